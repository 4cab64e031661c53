import Bytes
import JSON

@testable import Exporter

/// The exporter's way from a page to a file, and from a file back to what is known of it.
enum ExporterPath {
  static let formats = [CSVFormat(), CSVFormat(lineEnd: .crlf, byteOrderMark: true)]

  /// The rows that the page gives; nil if it is refused, and then nothing may be written.
  static func convert(_ page: [UInt8], _ format: some OutputFormat, records: Int) -> [UInt8]? {
    var converter = PageConverter(format: format)
    var page = page
    var output = ByteBuffer()
    var nulls = NullCounts()
    output.append("before")
    let request = Plan.Request(id: 0, previousID: 0, records: records)
    let facts = page.withUnsafeMutableBytes { page in
      try? converter.convert(page, of: request, upTo: .max, into: &output, counting: &nulls)
    }
    let written = output.withBytes { Array($0.dropFirst(6)) }
    if facts == nil, !written.isEmpty || nulls.array.contains(where: { $0 != 0 }) {
      fail("a page that is refused has left rows behind")
    }
    return facts == nil ? nil : written
  }

  /// Behind the header the rows must be found again, all of them and no more, however the file is cut.
  static func checkFile(_ rows: [UInt8], _ format: some OutputFormat, ids: [Int64]) {
    let file = format.header + rows
    let wanted = ExportProgress(bytes: Int64(file.count), rows: Int64(ids.count), lastID: ids.last ?? 0)
    for cuts in Cuts.allCases {
      let found = scan(file, format, cuts)
      if found.progress != wanted || found.end != .end { fail("in the file are \(found), not \(wanted)") }
    }
  }

  /// What is known of a file, and what ends its rows.
  struct Found: Equatable {
    var progress = ExportProgress()
    var end: RowEnd
  }

  /// Why there is no further row.
  enum RowEnd: Equatable {
    case end, torn, foreign, outOfOrder
  }

  static func scan(_ file: [UInt8], _ format: some OutputFormat, _ cuts: Cuts) -> Found {
    var reader = RowReader(format, Portions(cuts.pieces(of: file)))
    var found = Found(end: .end)
    while let event = try? reader.next() {
      switch event {
      case .row:
        found.progress.rows += 1
        found.progress.lastID = reader.id
        continue
      case .end: found.end = .end
      case .torn: found.end = .torn
      case .foreign: found.end = .foreign
      case .outOfOrder: found.end = .outOfOrder
      }
      break
    }
    found.progress.bytes = reader.offset
    return found
  }
}

/// The text of a file, in pieces as it was cut.
private final class Portions: ByteSource {
  private var pieces: ArraySlice<ArraySlice<UInt8>>

  init(_ pieces: [ArraySlice<UInt8>]) { self.pieces = pieces.filter { !$0.isEmpty }[...] }

  func read(into buffer: inout ByteBuffer) throws(OutputError) -> Bool {
    guard let piece = pieces.popFirst() else { return false }
    piece.withUnsafeBytes { buffer.append($0) }
    return true
  }
}
