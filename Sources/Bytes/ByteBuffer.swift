/// A growable run of bytes that is filled at its end and emptied from its front.
///
/// It is what JSON, CSV, COPY and HTTP are written into. Memory comes from `malloc`, grows by doubling, and
/// is given back when the buffer goes away. A buffer has one owner: copying it does not compile.
public struct ByteBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var head: Int
  @usableFromInline var tail: Int
  /// Bytes of memory held, used or not.
  public private(set) var capacity: Int

  /// An empty buffer that holds at least `capacity` bytes before it grows.
  public init(capacity: Int = 256) {
    self.capacity = max(capacity, 16)
    base = .allocate(byteCount: self.capacity, alignment: 16)
    head = 0
    tail = 0
  }

  deinit { base.deallocate() }

  /// Bytes that were written and not yet removed.
  @inlinable public var count: Int { tail - head }
  /// True when there is nothing to read.
  @inlinable public var isEmpty: Bool { tail == head }

  /// Makes sure that `extra` bytes can be written without another check.
  @inlinable public mutating func reserve(_ extra: Int) {
    if extra > capacity - tail { grow(extra) }
  }

  @usableFromInline mutating func grow(_ extra: Int) {
    precondition(extra >= 0)
    let used = count
    if used + extra <= capacity / 2 {
      // Enough room at the front: move down instead of growing.
      base.copyMemory(from: base + head, byteCount: used)
    } else {
      capacity = max(capacity * 2, used + extra)
      let bigger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      bigger.copyMemory(from: base + head, byteCount: used)
      base.deallocate()
      base = bigger
    }
    head = 0
    tail = used
  }

  /// Lets `fill` write up to `room` bytes behind the end; it returns how many it wrote.
  @inlinable @discardableResult
  public mutating func appendUnsafe<Failure: Error>(
    room: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
  ) throws(Failure) -> Int {
    reserve(room)
    let written = try fill(UnsafeMutableRawBufferPointer(start: base + tail, count: room))
    precondition(written >= 0 && written <= room)
    tail += written
    return written
  }

  /// Adds one byte.
  @inlinable public mutating func append(_ byte: UInt8) {
    reserve(1)
    (base + tail).storeBytes(of: byte, as: UInt8.self)
    tail += 1
  }

  /// Adds a copy of `bytes`.
  @inlinable public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (base + tail).copyMemory(from: start, byteCount: bytes.count)
    tail += bytes.count
  }

  /// Adds the UTF-8 of a literal.
  @inlinable public mutating func append(_ literal: StaticString) {
    append(UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  /// Adds the UTF-8 of `text`.
  @inlinable public mutating func append(text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Reads what is there. The pointer is good inside `body` alone.
  @inlinable public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base + head, count: tail - head))
  }

  /// Lets `body` change, in place, bytes that were already written.
  @inlinable public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeMutableRawBufferPointer(start: base + head, count: tail - head))
  }

  /// Drops `length` bytes from the front.
  @inlinable public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count)
    head += length
    if head == tail {
      head = 0
      tail = 0
    }
  }

  /// Drops everything behind the first `length` bytes.
  @inlinable public mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count)
    tail = head + length
  }

  /// Drops everything; memory beyond `keep` bytes is given back.
  public mutating func removeAll(keepingAtMost keep: Int = .max) {
    head = 0
    tail = 0
    if capacity > max(keep, 16) {
      base.deallocate()
      capacity = max(keep, 16)
      base = .allocate(byteCount: capacity, alignment: 16)
    }
  }

  /// A copy as a `String`, with broken UTF-8 repaired. For messages and tests.
  public borrowing func text() -> String {
    withBytes { String(decoding: $0, as: UTF8.self) }
  }
}
