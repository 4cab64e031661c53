import JSON
import Testing

/// Reads pages of rows with the columns `id`, `name` and `note` from texts, and shows the cells as text.
struct PageText {
  static let columns: [StaticString] = ["id", "name", "note"]

  /// The rows as `kind:bytes` for each cell, for a page given by its bytes.
  static func rows(_ bytes: [UInt8]) throws -> [[String]] {
    var reader = PageReader(columns: columns)
    return try rows(bytes, &reader)
  }

  static func rows(_ bytes: [UInt8], _ reader: inout PageReader) throws -> [[String]] {
    // On its own heap memory of exactly that length, so that the address sanitizer sees a read behind it.
    let page = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { page.deallocate() }
    page.copyBytes(from: bytes)
    try reader.open(page)
    var rows: [[String]] = []
    while let cells = try reader.nextRow() {
      rows.append((0..<columns.count).map { "\(cells[$0].kind):" + text(cells[$0].bytes) })
    }
    #expect(reader.rows == rows.count)
    return rows
  }

  static func rows(_ text: String) throws -> [[String]] { try rows(Array(text.utf8)) }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
  }
}
