import Bytes
import Digest

/// A file that holds the text of the rows as it is.
/// SAFETY: `@unchecked Sendable` since what changes belongs to `write` and `finish`, which come one at a time.
final class PlainFileOutput: Output, @unchecked Sendable {
  private let record: ExportRecord
  private var progress: ExportProgress
  private var tally: Tally
  private var sum: SHA256Stream?

  private init(
    _ record: ExportRecord, _ progress: ExportProgress, _ tally: consuming Tally,
    _ sum: consuming SHA256Stream
  ) {
    self.record = record
    self.progress = progress
    self.tally = tally
    self.sum = consume sum
  }

  /// Opens the file, new or to go on with. What a killed run left is read once, to see how far it is whole and to
  /// count and sum it up.
  static func open(
    _ record: ExportRecord, _ state: ExportState?, _ format: some OutputFormat
  ) throws(OutputError) -> OpenedOutput {
    let file = record.file
    var tally = Tally()
    var progress = ExportProgress()
    if let state { progress = try read(file, state, format, &tally) }
    if progress.bytes == 0 {
      try file.begin()
      progress.bytes = try writeHeader(of: format, to: file)
    } else {
      try file.descriptor.truncate(to: progress.bytes)
    }
    let sum = try file.descriptor.sha256(upTo: progress.bytes)
    return OpenedOutput(
      output: PlainFileOutput(record, progress, tally, sum), found: Written(progress))
  }

  private static func writeHeader(
    of format: some OutputFormat, to file: UnfinishedFile
  ) throws(OutputError) -> Int64 {
    var header = ByteBuffer()
    format.appendHeader(to: &header)
    try header.withBytes { bytes throws(OutputError) in try file.descriptor.write(bytes, at: 0) }
    return Int64(header.count)
  }

  private static func read(
    _ file: UnfinishedFile, _ state: ExportState, _ format: some OutputFormat, _ tally: inout Tally
  ) throws(OutputError) -> ExportProgress {
    let source = FileSource(file.descriptor, upTo: file.trusted(state))
    var reader = RowReader(format, source)
    var check = StateCheck(state.progress)
    var progress = ExportProgress()
    var isOver = false
    while !isOver {
      isOver = try reader.next() != .row
      if !isOver { tally.add(reader.id, reader.values, format) }
      // Without a row there is perhaps the header.
      guard !isOver || tally.rows == 0 else { break }
      progress = ExportProgress(bytes: reader.offset, rows: tally.rows, lastID: tally.lastID)
      check.pass(progress)
    }
    guard check.isPassed else { throw .changed(path: file.paths.part) }
    return progress
  }

  func write(_ chunks: [Chunk]) throws(OutputError) -> Written {
    for chunk in chunks {
      let offset = progress.bytes
      try chunk.bytes.withBytes { bytes throws(OutputError) in
        try record.file.descriptor.write(bytes, at: offset)
        sum?.update(bytes)
      }
      tally.add(chunk)
      progress = ExportProgress(
        bytes: offset + Int64(chunk.bytes.count), rows: tally.rows, lastID: tally.lastID)
    }
    return Written(progress)
  }

  func save(_ kept: ExportProgress) throws(OutputError) { try record.file.save(kept) }

  func finish() throws(OutputError) {
    try record.file.descriptor.truncate(to: progress.bytes)
    guard let sum = sum.take() else { return }
    try record.publish(tally, bytes: progress.bytes, sha256: sum.finish().hex)
  }

  func discard() { record.file.discard() }
  func release() { record.file.release() }
}
