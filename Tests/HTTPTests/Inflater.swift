import CZlib
import Testing

/// Takes gzip apart by zlib itself, trailer and checksum included.
enum Inflater {
  /// What `bytes` hold, which must be one whole member and nothing else.
  static func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let began = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    try #require(began == Z_OK)
    defer { inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    let status = input.withUnsafeMutableBufferPointer { input -> Int32 in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      var status = Z_OK
      while status == Z_OK {
        room.withUnsafeMutableBufferPointer { room in
          stream.next_out = room.baseAddress
          stream.avail_out = UInt32(room.count)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
        }
        output += room.prefix(room.count - Int(stream.avail_out))
      }
      return status
    }
    try #require(status == Z_STREAM_END, "gzip ends with \(status)")
    try #require(stream.avail_in == 0, "bytes behind the end")
    return output
  }
}
