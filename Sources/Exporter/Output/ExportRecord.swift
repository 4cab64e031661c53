import Customers
import Options

/// What ends an export into a file: the manifest is made from what was counted, and the file gets its name.
struct ExportRecord: Sendable {
  let file: UnfinishedFile
  let kind: OutputKind
  let source: String
  let isConsistent: Bool
  let now: WallClock

  /// Gives the file its name, with its manifest beside it. All bytes must be in it by now.
  func publish(_ tally: borrowing Tally, bytes: Int64, sha256: String) throws(OutputError) {
    let manifest = Manifest(
      exporter: Release.version, source: source, started: file.started, finished: utcText(now()), kind: kind,
      isConsistent: isConsistent,
      columns: Column.allCases.map { "\($0.name)" }, rows: tally.rows,
      firstID: tally.rows > 0 ? tally.firstID : nil, lastID: tally.rows > 0 ? tally.lastID : nil,
      nulls: tally.nulls.array, bytes: bytes, sha256: sha256)
    try file.publish(manifest.text)
  }
}
