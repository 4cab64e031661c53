import Customers
import JSON

@testable import Exporter

/// The answer of a server that may be any server. The exporter takes exactly what docs/exporting.md calls a page; its
/// rows are those of a plain reading, in the CSV that PostgreSQL writes; and the scanner finds them all in the file.
enum PagesTarget {
  private static let records = 3

  static func check(_ input: UnsafeRawBufferPointer) {
    let plain = PlainJSON.read(input)
    // How deep the reader goes depends on where it is; that is nobody's promise.
    if let plain, plain.depth > 60 { return }
    let page = plain.flatMap { PlainPage($0.value, after: 0, records: records) }
    for format in ExporterPath.formats {
      let written = ExporterPath.convert(Array(input), format, records: records)
      guard let page else {
        if written != nil { fail("the page is taken, but a plain reading refuses it") }
        continue
      }
      let wanted = PlainPage.csv(page.rows, lineEnd: format.lineEnd == .crlf ? "\r\n" : "\n")
      if written != Array(wanted.utf8) {
        fail("\(written.map { String(decoding: $0, as: UTF8.self) } ?? "refused"), not \(wanted)")
      }
      ExporterPath.checkFile(
        Array(wanted.utf8), format, ids: page.rows.compactMap { $0[0].flatMap { Int64($0) } })
    }
  }
}
