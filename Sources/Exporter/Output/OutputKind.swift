import Customers
import Gzip

/// What is written: the form of a row, and what the rows are put into.
enum OutputKind: Equatable, Sendable {
  case csv(CSVFormat)
  case gzip(CSVFormat)
  case ndjson
  case sqlite

  /// What it is called in `--format`, in manifests and, behind a dot, at the end of a file's name.
  enum Name: String, CaseIterable, Sendable {
    // The longer ending first.
    case gzip = "csv.gz"
    case csv, ndjson, sqlite
  }

  init(_ name: Name, _ csv: CSVFormat) {
    self =
      switch name {
      case .csv: .csv(csv)
      case .gzip: .gzip(csv)
      case .ndjson: .ndjson
      case .sqlite: .sqlite
      }
  }

  var name: Name {
    switch self {
    case .csv: .csv
    case .gzip: .gzip
    case .ndjson: .ndjson
    case .sqlite: .sqlite
    }
  }

  /// The form of its lines; nil for what has none.
  var csv: CSVFormat? {
    switch self {
    case .csv(let format), .gzip(let format): format
    case .ndjson, .sqlite: nil
    }
  }

  /// The kind that a file's name asks for.
  static func name(of path: String) -> Name? {
    Name.allCases.first { path.hasSuffix(".\($0.rawValue)") }
  }

  /// Everything that decides about the bytes, in a few words without blanks: an unfinished file is only gone on
  /// with by a run that would write the same.
  var signature: String {
    let lines = csv.map { ",\($0.lineEnd.rawValue)\($0.byteOrderMark ? ",bom" : "")" } ?? ""
    let compression =
      name == .gzip ? ",\(GzipMembers.rowsPerMember),level-\(GzipMembers.level),zlib-\(zlibVersion)" : ""
    return name.rawValue + lines + compression
  }

  /// Whose an unfinished file of this kind is. What was begun without `--consistent` is not gone on with as if it had
  /// been: rows may have appeared behind it since.
  func identity(url: String, isConsistent: Bool = false) -> ExportIdentity {
    ExportIdentity(
      url: url, columns: CSVFormat.columnNames, format: signature + (isConsistent ? ",consistent" : ""))
  }

  /// Opens the file, new or to go on with.
  func open(
    _ paths: ExportPaths, url: String, isConsistent: Bool = false, start: ExportStart,
    now: @escaping WallClock = currentTime
  ) throws(OutputError) -> OpenedOutput {
    let (file, state) = try UnfinishedFile.open(
      paths, identity: identity(url: url, isConsistent: isConsistent), start: start, now: now)
    let record = ExportRecord(
      file: file, kind: self, source: url, isConsistent: isConsistent, now: now)
    switch self {
    case .csv(let format): return try PlainFileOutput.open(record, state, format)
    case .ndjson: return try PlainFileOutput.open(record, state, NDJSONFormat())
    case .gzip(let format): return try GzipFileOutput.open(record, state, format)
    case .sqlite: return try SQLiteOutput.open(record, state)
    }
  }
}
