import Bytes
import Gzip
import Testing

/// Takes gzip apart, its length and its sum included.
enum Inflater {
  /// What `bytes` hold, which must be one whole member and nothing else.
  static func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    var reader = GzipReader()
    var output = ByteBuffer()
    var rest = bytes[...]
    while true {
      let before = output.count
      let step = try rest.withUnsafeBytes { try reader.read($0, to: &output, atMost: 1 << 16) }
      rest = rest.dropFirst(step.consumed)
      if step.endsMember { break }
      try #require(step.consumed > 0 || output.count > before, "gzip without an end")
    }
    try #require(rest.isEmpty, "bytes behind the end")
    return output.withBytes { Array($0) }
  }
}
