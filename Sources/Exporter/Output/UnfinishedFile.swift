import Bytes
import Glibc

/// The rows of an export that is not finished, locked against a second run, with its state beside it.
///
/// The state tells up to where the rows are safely on disk. What lies behind that is used too, as far as it is
/// whole, unless the machine has stopped since: then its bytes may be anything. All calls block.
final class UnfinishedFile: Sendable {
  let paths: ExportPaths
  private let identity: ExportIdentity
  private let rows: Descriptor
  private let boot: String

  /// Opens the file, new or to go on with, and tells what is in it.
  static func open(
    _ paths: ExportPaths, identity: ExportIdentity, format: some OutputFormat, restart: Bool
  ) throws(OutputError) -> (UnfinishedFile, ExportProgress) {
    let file = try UnfinishedFile(paths, identity)
    let progress = try restart ? file.begin(format) : file.recover(format)
    return (file, progress)
  }

  private init(_ paths: ExportPaths, _ identity: ExportIdentity) throws(OutputError) {
    self.paths = paths
    self.identity = identity
    boot = ExportState.currentBoot()
    while true {
      let file = try Descriptor(paths.part, O_RDWR | O_CREAT)
      guard try file.tryLock() else { throw .locked(path: paths.part) }
      // Between our opening and our locking it the run before us may have finished and renamed it.
      if try file.isAtItsPath() {
        rows = file
        return
      }
    }
  }

  // MARK: Going on

  private func recover(_ format: some OutputFormat) throws(OutputError) -> ExportProgress {
    let size = try rows.size()
    // Without rows there is nothing to lose; a run that was killed just as it finished leaves a state alone.
    if size == 0 { return try begin(format) }
    guard let state = try readState() else { throw .noState(path: paths.part) }
    try checkIdentity(state.identity)
    guard size >= state.progress.bytes else { throw .changed(path: paths.part) }
    var scanner = format.makeScanner(from: state.progress)
    if state.boot == boot, !boot.isEmpty { try scan(&scanner, from: state.progress.bytes) }
    let progress = scanner.progress
    try rows.truncate(to: progress.bytes)
    return progress.bytes == 0 ? try begin(format) : progress
  }

  private func scan(_ scanner: inout some RowScanner, from start: Int64) throws(OutputError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var offset = start
    while true {
      let count = try rows.read(into: buffer, at: offset)
      if count == 0 || !scanner.scan(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { return }
      offset += Int64(count)
    }
  }

  private func readState() throws(OutputError) -> ExportState? {
    let file: Descriptor
    do {
      file = try Descriptor(paths.state, O_RDONLY)
    } catch {
      if case .system(_, _, ENOENT) = error { return nil }
      throw error
    }
    guard let state = readSmallFile(file).flatMap({ ExportState($0) }) else {
      throw .unreadableState(path: paths.state)
    }
    return state
  }

  private func checkIdentity(_ theirs: ExportIdentity) throws(OutputError) {
    func compare(_ what: String, _ theirs: String, _ ours: String) throws(OutputError) {
      if theirs != ours { throw .otherRun(path: paths.part, what: what, theirs: theirs, ours: ours) }
    }
    try compare("--url", theirs.url, identity.url)
    try compare("the format", theirs.format, identity.format)
    try compare("the columns", theirs.columns, identity.columns)
  }

  // MARK: Writing

  /// Empties the file and writes what stands before the first row.
  private func begin(_ format: some OutputFormat) throws(OutputError) -> ExportProgress {
    try rows.truncate(to: 0)
    // The state goes first: rows without one could be anybody's.
    try saveState(ExportProgress())
    var header = ByteBuffer()
    format.appendHeader(to: &header)
    try header.withBytes { bytes throws(OutputError) in try rows.write(bytes, at: 0) }
    return ExportProgress(bytes: Int64(header.count))
  }

  /// Puts rows behind the first `offset` bytes.
  func write(_ chunks: [Chunk], at offset: Int64) throws(OutputError) {
    var offset = offset
    for chunk in chunks {
      try chunk.bytes.withBytes { bytes throws(OutputError) in try rows.write(bytes, at: offset) }
      offset += Int64(chunk.bytes.count)
    }
  }

  /// Makes what is told by `progress`, and was written, safe against a power cut.
  func save(_ progress: ExportProgress) throws(OutputError) {
    try rows.sync()
    try saveState(progress)
  }

  /// The old state stays until the new one is whole on disk.
  private func saveState(_ progress: ExportProgress) throws(OutputError) {
    let state = ExportState(identity: identity, progress: progress, boot: boot)
    let next = try Descriptor(paths.nextState, O_WRONLY | O_CREAT | O_TRUNC)
    var text = ByteBuffer()
    text.append(text: state.text)
    try text.withBytes { bytes throws(OutputError) in try next.write(bytes, at: 0) }
    try next.sync()
    try check(rename(paths.nextState, paths.state), "rename", paths.state)
    try Descriptor.syncFolder(paths.folder)
  }

  /// Lets another run have the file. To be called when this one is done with it; the end of the process does it too.
  func release() { rows.unlock() }

  /// Takes the file and its state away, as if nothing had been begun.
  func discard() {
    unlink(paths.state)
    unlink(paths.part)
  }

  /// Gives the file its name, at once and whole. An older file of that name is replaced.
  func finish(_ progress: ExportProgress) throws(OutputError) {
    try rows.truncate(to: progress.bytes)
    try check(fsync(rows.number), "fsync", paths.part)
    try check(rename(paths.part, paths.target), "rename", paths.target)
    try Descriptor.syncFolder(paths.folder)
    // The state without the rows means nothing; if the power goes first, the next run sees that.
    unlink(paths.state)
  }
}
