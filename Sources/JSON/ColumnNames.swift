import Glibc

/// The names of the columns, laid out for comparing with keys.
struct ColumnNames: ~Copyable {
  private struct Name {
    let start: UnsafePointer<UInt8>
    let count: Int
  }

  private let names: UnsafeMutablePointer<Name>
  private let texts: [String]
  let count: Int

  init(_ columns: [StaticString]) {
    precondition(columns.count <= 64, "the columns of a row are noted as bits")
    count = columns.count
    texts = columns.map { "\($0)" }
    names = .allocate(capacity: count)
    for (column, name) in columns.enumerated() {
      (names + column).initialize(to: Name(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }
  }

  deinit { names.deallocate() }

  /// The name, for messages.
  func text(_ column: Int) -> String { texts[column] }

  /// Whether the key, which begins at `key` and has `room` bytes to the next token, is this column's name.
  @inline(__always) func isKey(_ column: Int, _ key: UnsafePointer<UInt8>, room: Int) -> Bool {
    guard column < count else { return false }
    let name = names[column]
    return room > name.count && key[name.count] == TokenWalk.quote
      && memcmp(key, name.start, name.count) == 0
  }

  /// The column of that name, if there is one.
  func column(of key: UnsafeRawBufferPointer) -> Int? {
    guard let start = key.baseAddress else { return nil }
    for column in 0..<count where names[column].count == key.count {
      if memcmp(start, names[column].start, key.count) == 0 { return column }
    }
    return nil
  }
}
