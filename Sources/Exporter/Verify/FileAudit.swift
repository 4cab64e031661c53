import Customers

/// Reads a file from beginning to end and compares it with its manifest.
struct FileAudit {
  private let file: FileToVerify
  private(set) var findings: [Finding] = []
  /// Rows that were found.
  private(set) var rows: Int64 = 0

  /// Blocks for as long as the reading takes.
  init(_ file: FileToVerify) {
    self.file = file
    if let finding = file.finding { findings.append(finding) }
    do throws(OutputError) {
      try checkBytes()
      switch file.kind {
      case .csv(let format), .gzip(let format): try checkRows(format)
      case .sqlite: try checkRows(CSVFormat())
      case .ndjson: try checkRows(NDJSONFormat())
      }
    } catch {
      findings.append(.unreadable("\(error)"))
    }
  }

  private mutating func compare<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value?) {
    guard let expected, found != expected else { return }
    findings.append(.figure(name, file: "\(found)", manifest: "\(expected)"))
  }

  private mutating func checkBytes() throws(OutputError) {
    guard let manifest = file.manifest else { return }
    let descriptor = try Descriptor(file.path, 0)
    compare("bytes", try descriptor.size(), manifest.bytes)
    compare("sha256", try descriptor.sha256().finish().hex, manifest.sha256)
  }

  private mutating func checkRows(_ format: some OutputFormat) throws(OutputError) {
    if file.kind == .sqlite { try checkColumns(DatabaseSource.columns(file.path)) }
    var reader = RowReader(format, try file.source())
    var tally = Tally()
    var found = RowFindings()
    do throws(OutputError) {
      try read(&reader, format, &tally, &found)
    } catch {
      // What was counted up to here is told as well.
      found.add(.unreadable("\(error)"))
    }
    findings += found.all
    rows = tally.rows
    checkTally(tally)
  }

  private func read<Format: OutputFormat>(
    _ reader: inout RowReader<Format>, _ format: Format, _ tally: inout Tally, _ found: inout RowFindings
  ) throws(OutputError) {
    while true {
      switch try reader.next() {
      case .row: tally.add(reader.id, reader.values, format)
      case .outOfOrder(let previous):
        found.add(.order(id: reader.id, previous: previous, offset: reader.offset))
        tally.add(reader.id, reader.values, format)
      case .foreign:
        found.add(.foreign(offset: reader.offset))
        if !reader.canSkip { return }
      case .torn: return found.add(.torn(offset: reader.offset))
      case .end: return
      }
    }
  }

  private mutating func checkColumns(_ columns: [String]) throws(OutputError) {
    let expected = Column.allCases.map { "\($0.name)" }
    guard columns != expected else { return }
    findings.append(
      .figure(
        "columns", file: columns.joined(separator: ","), manifest: expected.joined(separator: ",")))
  }

  private mutating func checkTally(_ tally: borrowing Tally) {
    guard let manifest = file.manifest else { return }
    let names = Column.allCases.map { "\($0.name)" }
    compare("columns", names.joined(separator: ","), manifest.columns.joined(separator: ","))
    compare("rows", tally.rows, manifest.rows)
    compare("first_id", text(tally.rows > 0 ? tally.firstID : nil), text(manifest.firstID))
    compare("last_id", text(tally.rows > 0 ? tally.lastID : nil), text(manifest.lastID))
    for (column, name) in names.enumerated() {
      let expected = manifest.columns.firstIndex(of: name).map { manifest.nulls[$0] }
      compare("nulls of \(name)", tally.nulls[column], expected)
    }
  }

  private func text(_ id: Int64?) -> String { id.map { "\($0)" } ?? "none" }
}
