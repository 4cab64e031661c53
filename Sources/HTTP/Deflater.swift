internal import Bytes
internal import CZlib

/// One `z_stream` that writes gzip (RFC 1952), at the level that costs least.
///
/// It holds a quarter of a mebibyte whatever is compressed.
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>

  /// Throws where there is no memory for it.
  init() throws(ZlibError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 more for a head and a tail of gzip; 8 is zlib's default for its memory.
    try check(
      deflateInit2_(
        stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)),
      "deflateInit2")
  }

  deinit {
    // Fine for a stream that was never begun.
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Adds `input`, compressed, to `output` as one member of gzip. Nothing is kept of an earlier one.
  func compress(_ input: UnsafeRawBufferPointer, into output: inout ByteBuffer) throws(ZlibError) {
    // zlib counts in 32 bits.
    guard let length = UInt32(exactly: input.count) else {
      throw ZlibError(code: Z_BUF_ERROR, call: "deflate")
    }
    try check(deflateReset(stream), "deflateReset")
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
    stream.pointee.avail_in = length
    var status = Z_OK
    while status != Z_STREAM_END {
      output.appendUnsafe(room: Self.room) { room in
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = UInt32(room.count)
        status = deflate(stream, Z_FINISH)
        return room.count - Int(stream.pointee.avail_out)
      }
      try check(status, "deflate")
    }
  }

  /// Bytes of output at a time.
  private static let room = 32 * 1024
}

/// A failed call of zlib, which means that memory is short.
struct ZlibError: Error, Equatable, CustomStringConvertible {
  let code: Int32
  let call: String

  /// For example `deflateInit2: Z_MEM_ERROR`.
  var description: String {
    switch code {
    case Z_MEM_ERROR: "\(call): Z_MEM_ERROR"
    case Z_STREAM_ERROR: "\(call): Z_STREAM_ERROR"
    case Z_BUF_ERROR: "\(call): Z_BUF_ERROR"
    default: "\(call): \(code)"
    }
  }
}

/// The one check of every result of zlib.
private func check(_ result: Int32, _ call: StaticString) throws(ZlibError) {
  if result < 0 { throw ZlibError(code: result, call: "\(call)") }
}
