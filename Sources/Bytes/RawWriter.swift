/// A place in memory that is written forward, without any check.
///
/// It is for the forms of whole rows: the caller has reserved room for the worst case once, by
/// ``ByteBuffer/appendUnsafe(room:_:)``, and every write here is a few stores. Writes may touch up to
/// ``RawWriter/slack`` bytes behind what they add.
@frozen public struct RawWriter {
  /// Where the next byte goes.
  public var position: UnsafeMutableRawPointer

  /// Bytes to reserve beyond what is written in all, since short things are stored as whole words.
  public static var slack: Int { 32 }

  /// A writer that begins at `position`.
  @inlinable public init(_ position: UnsafeMutableRawPointer) {
    self.position = position
  }

  /// Adds one byte.
  @inlinable public mutating func write(_ byte: UInt8) {
    position.storeBytes(of: byte, as: UInt8.self)
    position += 1
  }

  /// Adds the first `count` (at most 32) of the 32 bytes at `source`, all of which can be read.
  @inlinable public mutating func write(atMost32 source: UnsafeRawPointer, count: Int) {
    position.storeBytes(of: source.loadUnaligned(as: SIMD32<UInt8>.self), as: SIMD32<UInt8>.self)
    position += count
  }

  /// Adds `count` bytes of `source` in chunks of sixteen: as many as ``slack`` holds may be read behind the last one, and
  /// written over, which costs less than to tell short from long.
  @inlinable @inline(__always)
  public mutating func write(chunksOf source: UnsafeRawPointer, count: Int) {
    var offset = 0
    repeat {
      position.storeBytes(
        of: source.loadUnaligned(fromByteOffset: offset, as: SIMD16<UInt8>.self), toByteOffset: offset,
        as: SIMD16<UInt8>.self)
      offset &+= 16
    } while offset < count
    position += count
  }

  /// Adds a number with its highest byte first.
  @inlinable @inline(__always)
  public mutating func write(bigEndian value: some FixedWidthInteger) {
    position.storeBytes(of: value.bigEndian, as: type(of: value))
    position += value.bitWidth / 8
  }

  /// Adds `null`.
  @inlinable public mutating func writeNull() {
    position.storeBytes(of: (0x6C6C_756E as UInt32).littleEndian, as: UInt32.self)
    position += 4
  }
}
