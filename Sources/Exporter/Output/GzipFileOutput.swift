import Bytes
import Digest
import Gzip

/// A file of CSV rows in gzip members.
/// SAFETY: `@unchecked Sendable` since what changes belongs to `write` and `finish`, which come one at a time.
final class GzipFileOutput: Output, @unchecked Sendable {
  private let record: ExportRecord
  private var members: GzipMembers
  private var tally: Tally
  private var sum: SHA256Stream?
  /// Compressed bytes that are in the file.
  private var bytes: Int64
  private var output = ByteBuffer(capacity: 1 << 18)

  private init(
    _ record: ExportRecord, _ format: CSVFormat, after whole: ExportProgress, _ tally: consuming Tally,
    _ sum: consuming SHA256Stream
  ) {
    self.record = record
    members = GzipMembers(format, after: whole)
    self.tally = tally
    self.sum = consume sum
    bytes = whole.bytes
  }

  /// Opens the file, new or to go on with: behind the last whole member.
  static func open(
    _ record: ExportRecord, _ state: ExportState?, _ format: CSVFormat
  ) throws(OutputError) -> OpenedOutput {
    let file = record.file
    var found = try GzipRecovery(file, state, format)
    if found.whole.bytes == 0, found.shortRows == 0 { try file.begin() }
    let sum = try file.descriptor.sha256(upTo: found.whole.bytes)
    let output = GzipFileOutput(record, format, after: found.whole, found.takeTally(), sum)
    try output.reopen(found)
    try file.descriptor.truncate(to: output.bytes)
    return OpenedOutput(output: output, found: output.written)
  }

  /// Takes in again the rows of a last member that is shorter than others: more of them may belong into it.
  private func reopen(_ found: borrowing GzipRecovery) throws(OutputError) {
    guard found.shortRows > 0 else { return }
    let source = GzipSource(record.file.descriptor, from: found.whole.bytes, upTo: found.shortEnd)
    var text = ByteBuffer()
    while try source.read(into: &text) {}
    // The first member's header comes from the writer.
    if found.whole.bytes == 0 { text.removeFirst(members.headerLength) }
    text.withBytes { members.write($0, to: &output) }
    tally.add(found.shortTally)
    try flush()
  }

  private var written: Written {
    Written(
      taken: ExportProgress(bytes: bytes, rows: tally.rows, lastID: tally.lastID), kept: members.whole)
  }

  func write(_ chunks: [Chunk]) throws(OutputError) -> Written {
    for chunk in chunks {
      chunk.bytes.withBytes { members.write($0, to: &output) }
      tally.add(chunk)
      try flush()
    }
    return written
  }

  private func flush() throws(OutputError) {
    let offset = bytes
    try output.withBytes { compressed throws(OutputError) in
      try record.file.descriptor.write(compressed, at: offset)
      sum?.update(compressed)
    }
    bytes += Int64(output.count)
    output.removeAll(keepingAtMost: 1 << 20)
  }

  func save(_ kept: ExportProgress) throws(OutputError) { try record.file.save(kept) }

  func finish() throws(OutputError) {
    members.finish(to: &output)
    try flush()
    try record.file.descriptor.truncate(to: bytes)
    guard let sum = sum.take() else { return }
    try record.publish(tally, bytes: bytes, sha256: sum.finish().hex)
  }

  func discard() { record.file.discard() }
  func release() { record.file.release() }
}
