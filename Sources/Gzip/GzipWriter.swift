public import Bytes
internal import CZlib

/// Compresses to gzip, member after member. Owns the C handle.
///
/// The same bytes in the same members give the same output, however they were handed over: zlib may look at its
/// input in other portions when it comes in other portions, so it always gets blocks of one size, counted from the
/// member's first byte. The header has neither a time nor a name, and says of the system that it is unknown.
public struct GzipWriter: ~Copyable {
  /// What zlib gets at once.
  static var blockSize: Int { 64 << 10 }

  private let stream: UnsafeMutablePointer<z_stream>
  private let header: UnsafeMutablePointer<gz_header>
  /// Bytes of a block that is not full yet.
  private var block = ByteBuffer(capacity: blockSize)

  /// A writer before its first member, with one of zlib's levels of compression.
  public init(level: Int32 = 6) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    header = .allocate(capacity: 1)
    header.initialize(to: gz_header())
    header.pointee.os = 255
    // 15 bits of window, the most there are; 16 more ask for gzip around the deflated bytes.
    let status = deflateInit2_(
      stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory, or is another one than this was built with")
    deflateSetHeader(stream, header)
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    header.deallocate()
  }

  /// Takes in the bytes that come next, and appends to `output` what is compressed by now.
  public mutating func write(_ bytes: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
    var rest = bytes
    while !rest.isEmpty {
      let count = min(rest.count, Self.blockSize - block.count)
      let part = UnsafeRawBufferPointer(rebasing: rest[..<count])
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      if count == Self.blockSize {
        deflate(part, Z_NO_FLUSH, to: &output)
      } else {
        block.append(part)
        if block.count == Self.blockSize { deflateBlock(Z_NO_FLUSH, to: &output) }
      }
    }
  }

  /// Ends the member; what is written next begins another.
  public mutating func endMember(to output: inout ByteBuffer) {
    deflateBlock(Z_FINISH, to: &output)
    deflateReset(stream)
    deflateSetHeader(stream, header)
  }

  private mutating func deflateBlock(_ flush: Int32, to output: inout ByteBuffer) {
    block.withBytes { deflate($0, flush, to: &output) }
    block.removeAll()
  }

  private func deflate(_ bytes: UnsafeRawBufferPointer, _ flush: Int32, to output: inout ByteBuffer) {
    // zlib reads through this pointer and never writes, whatever its type says.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(bytes.count)
    repeat {
      output.appendUnsafe(room: Self.blockSize) { room in
        stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        let status = CZlib.deflate(stream, flush)
        precondition(status != Z_STREAM_ERROR, "deflate cannot fail on a stream that is in order")
        return room.count - Int(stream.pointee.avail_out)
      }
      // Room that was used up may mean that there is more to come.
    } while stream.pointee.avail_out == 0
  }
}
