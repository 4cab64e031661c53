import Customers

/// Compares the rows that a server gives with those of a file, one by one: what an export would write is held against
/// what is there. Nothing is kept but the first differences.
/// SAFETY: `@unchecked Sendable` since what changes belongs to `write` and `finish`, which come one at a time, and is
/// read when all is over.
final class RowComparison<Format: OutputFormat>: Output, @unchecked Sendable {
  let canGoOn = false
  private let format: Format
  private var reader: RowReader<Format>
  private let values = RowValues()
  private var progress = ExportProgress()
  /// A row of the file waits to be compared.
  private var hasRow = false
  private var isAtEnd = false
  /// The file cannot be read on: what the server has from here on is no finding.
  private var isBroken = false
  private(set) var findings = RowFindings()

  init(_ format: Format, _ source: any ByteSource) {
    self.format = format
    reader = RowReader(format, source)
  }

  func write(_ chunks: [Chunk]) throws(OutputError) -> Written {
    for chunk in chunks {
      chunk.bytes.withBytes { compare(rows: $0) }
      progress.bytes += Int64(chunk.bytes.count)
      progress.rows += Int64(chunk.rows)
      progress.lastID = chunk.lastID
    }
    return Written(taken: progress)
  }

  private func compare(rows: UnsafeRawBufferPointer) {
    var rest = rows
    while let length = format.lengthOfRow(in: rest) {
      let row = UnsafeRawBufferPointer(rebasing: rest[..<length])
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      precondition(format.find(values, in: row), "the format reads what it writes")
      if let id = rowID(values[0]) { compare(id, row) }
    }
  }

  private func compare(_ id: Int64, _ row: UnsafeRawBufferPointer) {
    while fetchRow(), reader.id < id {
      findings.add(.extra(id: reader.id))
      hasRow = false
    }
    if isBroken { return }
    guard hasRow, reader.id == id else { return findings.add(.missing(id: id)) }
    hasRow = false
    if reader.withRow({ !$0.elementsEqual(row) }) {
      findings.add(.changed(id: id, columns: changedColumns()))
    }
  }

  private func changedColumns() -> [String] {
    Column.allCases.filter { !values[$0.rawValue].elementsEqual(reader.values[$0.rawValue]) }.map {
      "\($0.name)"
    }
  }

  /// Makes sure that a row of the file is there to be compared; false if there is none any more.
  private func fetchRow() -> Bool {
    while !hasRow, !isAtEnd, !isBroken {
      do throws(OutputError) {
        switch try reader.next() {
        case .row: hasRow = true
        case .end: isAtEnd = true
        // What is wrong with the file itself was found when it was read alone.
        case .outOfOrder: break
        case .foreign where reader.canSkip: break
        case .foreign, .torn: isBroken = true
        }
      } catch {
        isBroken = true
      }
    }
    return hasRow
  }

  func finish() throws(OutputError) {
    while fetchRow() {
      findings.add(.extra(id: reader.id))
      hasRow = false
    }
  }

  func save(_ kept: ExportProgress) throws(OutputError) {}
  func discard() {}
  func release() {}
}
