internal import Bytes

/// Where the texts of one persona are put together. It never grows: an expansion has at most 200 bytes (the script
/// that makes the resource holds it to that, and so does a test), and a persona has fewer than nineteen.
struct Scratch: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private var writer: RawWriter

  /// No expansion is longer.
  static let longest = 200
  private static let capacity = 19 * longest + 64

  init() {
    base = .allocate(byteCount: Self.capacity, alignment: 16)
    // Copies go sixteen bytes at a time; what they leave behind the end was written once at least.
    base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.capacity)
    writer = RawWriter(base)
  }

  deinit { base.deallocate() }

  /// Forgets the texts of the persona before.
  @inline(__always) mutating func clear() { writer.position = base }

  /// The text that `build` adds.
  @inline(__always) mutating func text(_ build: (inout Scratch) -> Void) -> UnsafeRawBufferPointer {
    let start = writer.position
    build(&self)
    return UnsafeRawBufferPointer(start: start, count: writer.position - start)
  }

  @inline(__always) mutating func append(_ byte: UInt8) {
    writer.write(byte)
  }

  /// Adds `count` bytes of the resource or of the scratch, behind which sixteen more can be read.
  @inline(__always) mutating func append(_ source: UnsafeRawPointer, _ count: Int) {
    writer.write(chunksOf: source, count: count)
  }

  /// The same with ASCII letters made small.
  @inline(__always) mutating func append(lowercase source: UnsafeRawPointer, _ count: Int) {
    var offset = 0
    repeat {
      let letters = source.loadUnaligned(fromByteOffset: offset, as: Chunk.self) | Chunk(repeating: 0x20)
      writer.position.storeBytes(of: letters, toByteOffset: offset, as: Chunk.self)
      offset &+= 16
    } while offset < count
    writer.position += count
  }

  /// Adds exactly `width` digits, 19 at most.
  @inline(__always) mutating func append(decimal value: UInt64, width: Int) {
    guard width <= 8 else { return writer.write(decimal: value, width: width) }
    // Zeros in front that are too many are shifted out; what is stored behind the digits is written over.
    let digits = eightDigits(value) >> UInt64(truncatingIfNeeded: (8 &- width) &* 8)
    writer.position.storeBytes(of: digits, as: UInt64.self)
    writer.position += width
  }

  /// The eight digits of a number below 10^8, the first one in the lowest byte. Without a branch or a table: halves,
  /// quarters and eighths are taken apart side by side in one word (after Paul Khuong's "How to print integers really
  /// fast").
  @inline(__always) private func eightDigits(_ value: UInt64) -> UInt64 {
    let halves = value / 10_000 | (value % 10_000) << 32
    let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let pairs = hundreds | (halves &- hundreds &* 100) << 16
    let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
    return tens | (pairs &- tens &* 10) << 8 | 0x3030_3030_3030_3030
  }

  private typealias Chunk = SIMD16<UInt8>
}
