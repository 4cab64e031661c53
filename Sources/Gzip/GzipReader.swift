public import Bytes
internal import CZlib

/// Decompresses gzip, member after member, checking each one's length and sum. Owns the C handle.
public struct GzipReader: ~Copyable {
  /// What one step did.
  public struct Step: Equatable, Sendable {
    /// Bytes of the input that were taken.
    public var consumed: Int
    /// The last of them ended a member, and all of it was right.
    public var endsMember: Bool
  }

  private let stream: UnsafeMutablePointer<z_stream>
  /// Some bytes of a member were read, and not its end.
  public private(set) var isInsideMember = false

  /// A reader before its first member.
  public init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, the most there are; 16 more ask for gzip and nothing else.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib has no memory, or is another one than this was built with")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Takes bytes off the front of `input` and appends what they give, at most `room` bytes, to `output`. It stops at
  /// the end of a member.
  public mutating func read(
    _ input: UnsafeRawBufferPointer, to output: inout ByteBuffer, atMost room: Int
  ) throws(GzipError) -> Step {
    var status = Z_OK
    // zlib reads through this pointer and never writes, whatever its type says.
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.bindMemory(to: UInt8.self).baseAddress)
    let offered = min(input.count, 1 << 30)
    stream.pointee.avail_in = UInt32(offered)
    output.appendUnsafe(room: room) { room in
      stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(room.count)
      status = inflate(stream, Z_NO_FLUSH)
      return room.count - Int(stream.pointee.avail_out)
    }
    let consumed = offered - Int(stream.pointee.avail_in)
    switch status {
    case Z_STREAM_END:
      isInsideMember = false
      inflateReset(stream)
      return Step(consumed: consumed, endsMember: true)
    // "No progress was possible": more input or more room is needed.
    case Z_OK, Z_BUF_ERROR:
      if consumed > 0 { isInsideMember = true }
      return Step(consumed: consumed, endsMember: false)
    default: throw GzipError(code: status, stream.pointee)
    }
  }
}
