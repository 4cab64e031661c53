import Bytes
import Customers

@testable import Exporter

/// The JSON of many customers, made once: it takes longer than what most tests do with it.
private let knownRows = (1...2500 as ClosedRange<Int64>).map { SimulatedRow(id: $0).json }

private func json(_ id: Int64) -> String {
  knownRows.indices.contains(Int(id) - 1) ? knownRows[Int(id) - 1] : SimulatedRow(id: id).json
}

extension Chunk {
  /// The page that a server gives of these customers, in that form.
  convenience init(_ format: some OutputFormat, _ ids: some Collection<Int64>) {
    self.init()
    guard let first = ids.first else { return }
    var converter = PageConverter(format: format)
    var body = ByteBuffer()
    body.append(text: "[\(ids.map(json).joined(separator: ","))]")
    let request = Plan.Request(id: 1, previousID: first - 1, records: ids.count)
    do {
      let page = try body.withMutableBytes { body throws(PageProblem) in
        try converter.convert(body, of: request, upTo: .max, into: &bytes, counting: &nulls)
      }
      rows = page.accepted
      firstID = page.first
      lastID = page.lastAccepted
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

/// A folder for one file of some kind, and the rows that belong into it.
struct OutputFixture {
  let folder: TemporaryFolder
  let kind: OutputKind
  static let url = "http://a/customers"
  /// Some milliseconds after the beginning of 2026.
  static let time: Int64 = 1_767_225_600_042

  static let kinds: [OutputKind] = [
    .csv(CSVFormat()), .csv(CSVFormat(lineEnd: .crlf, byteOrderMark: true)), .gzip(CSVFormat()), .ndjson,
    .sqlite,
  ]

  init(_ kind: OutputKind) throws {
    folder = try TemporaryFolder()
    self.kind = kind
  }

  var paths: ExportPaths { ExportPaths(target: "\(folder.path)/customers.\(kind.name.rawValue)") }

  func open(_ start: ExportStart = .goOn) throws -> OpenedOutput {
    try kind.open(paths, url: Self.url, start: start, now: { Self.time })
  }

  func chunk(_ ids: some Collection<Int64>) -> Chunk {
    switch kind {
    case .csv(let format), .gzip(let format): Chunk(format, ids)
    case .sqlite: Chunk(CSVFormat(), ids)
    case .ndjson: Chunk(NDJSONFormat(), ids)
    }
  }

  /// Writes those of the rows that are not there yet, `batch` at a time.
  @discardableResult
  func write(_ ids: some Collection<Int64>, batch: Int = 400, to opened: OpenedOutput) throws -> Written {
    var written = opened.found
    var rest = ids.drop { $0 <= opened.found.taken.lastID }
    while !rest.isEmpty {
      written = try opened.output.write([chunk(rest.prefix(batch))])
      rest = rest.dropFirst(batch)
    }
    return written
  }

  /// A run that comes to its end.
  func export(_ ids: some Collection<Int64>, batch: Int = 400, _ start: ExportStart = .goOn) throws {
    let opened = try open(start)
    try write(ids, batch: batch, to: opened)
    try opened.output.finish()
    opened.output.release()
  }

  /// Everything in the finished file, as text.
  func content() throws -> String {
    let source = try FileToVerify(paths.target).source()
    var text = ByteBuffer()
    while try source.read(into: &text) {}
    return text.text()
  }

  /// What the text should be.
  func expected(_ ids: some Collection<Int64>) -> String {
    var header = ByteBuffer()
    if kind == .sqlite { CSVFormat().appendHeader(to: &header) } else { kind.csv?.appendHeader(to: &header) }
    let rows = ids.map { id in
      let row = SimulatedRow(id: id)
      if kind == .ndjson { return row.line }
      return kind.csv?.lineEnd == .crlf ? String(row.csv.dropLast()) + "\r\n" : row.csv
    }
    return header.text() + rows.joined()
  }

  var manifest: Manifest? {
    folder.text(paths.manifest).flatMap { try? Manifest($0) }
  }

  /// What is in the folder, without the part of the names that all have.
  var names: [String] { folder.names.map { String($0.dropFirst("customers.\(kind.name.rawValue)".count)) } }

  /// Puts what a killed run may have left: the beginning of a file, none of it saved yet.
  func put(unfinished bytes: ArraySlice<UInt8>, saved: ExportProgress = ExportProgress(), boot: String? = nil)
  {
    let state = ExportState(
      identity: kind.identity(url: Self.url), progress: saved, boot: boot ?? ExportState.currentBoot(),
      started: utcText(Self.time - 5000))
    folder.put(Array(bytes), paths.part)
    folder.put(state.text, paths.state)
  }
}
