/// One value of a row, as it lies in the page's bytes.
public struct Cell: Sendable {
  /// What JSON calls it.
  public enum Kind: UInt8, Sendable {
    /// `null`
    case null
    /// A string; the bytes are without quotes and escapes.
    case string
    /// A number; the bytes are as they were written.
    case number
    /// `true` or `false`; the bytes are that word.
    case bool
  }

  /// What JSON calls it.
  public let kind: Kind
  // SAFETY: points into the page, which the reader's caller keeps still until it asks for the next page.
  @usableFromInline nonisolated(unsafe) let start: UnsafeRawPointer?
  @usableFromInline let count: Int

  @inline(__always) init(_ kind: Kind, _ bytes: UnsafeRawBufferPointer) {
    self.kind = kind
    start = bytes.baseAddress
    count = bytes.count
  }

  static let null = Cell(.null, UnsafeRawBufferPointer(start: nil, count: 0))

  /// The bytes; none for null. Good until the next page is opened.
  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count)
  }
}
