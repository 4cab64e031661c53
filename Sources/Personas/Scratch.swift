/// Where the texts of one persona are put together. It never grows: an expansion has at most 200 bytes (the script
/// that makes the resource holds it to that, and so does a test), and a persona has fewer than nineteen.
struct Scratch: ~Copyable {
  private let base: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  /// No expansion is longer.
  static let longest = 200
  private static let capacity = 19 * longest + 64

  init() {
    base = .allocate(byteCount: Self.capacity, alignment: 16)
    // Copies go sixteen bytes at a time; what they leave behind the end was written once at least.
    base.initializeMemory(as: UInt8.self, repeating: 0, count: Self.capacity)
    end = base
  }

  deinit { base.deallocate() }

  /// Forgets the texts of the persona before.
  @inline(__always) mutating func clear() { end = base }

  /// The text that `build` adds.
  @inline(__always) mutating func text(_ build: (inout Scratch) -> Void) -> UnsafeRawBufferPointer {
    let start = end
    build(&self)
    return UnsafeRawBufferPointer(start: start, count: end - start)
  }

  @inline(__always) mutating func append(_ byte: UInt8) {
    end.storeBytes(of: byte, as: UInt8.self)
    end += 1
  }

  /// Adds `count` bytes of the resource or of the scratch, behind which sixteen more can be read.
  @inline(__always) mutating func append(_ source: UnsafeRawPointer, _ count: Int) {
    var offset = 0
    repeat {
      end.storeBytes(
        of: source.loadUnaligned(fromByteOffset: offset, as: Chunk.self), toByteOffset: offset, as: Chunk.self
      )
      offset &+= 16
    } while offset < count
    end += count
  }

  /// The same with ASCII letters made small.
  @inline(__always) mutating func append(lowercase source: UnsafeRawPointer, _ count: Int) {
    var offset = 0
    repeat {
      let letters = source.loadUnaligned(fromByteOffset: offset, as: Chunk.self) | Chunk(repeating: 0x20)
      end.storeBytes(of: letters, toByteOffset: offset, as: Chunk.self)
      offset &+= 16
    } while offset < count
    end += count
  }

  /// Adds exactly `width` digits.
  @inline(__always) mutating func append(decimal value: UInt64, width: Int) {
    var rest = value
    var position = width
    while position > 0 {
      position &-= 1
      end.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) | 0x30, toByteOffset: position, as: UInt8.self)
      rest /= 10
    }
    end += width
  }

  private typealias Chunk = SIMD16<UInt8>
}
