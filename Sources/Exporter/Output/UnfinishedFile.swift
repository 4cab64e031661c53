import Bytes
import Digest
import Glibc

/// The file of an export that is not finished, locked against a second run, with its state beside it.
///
/// The state tells whose it is, and up to where the rows are safely on disk. What lies behind that is used too, as
/// far as it is whole, unless the machine has stopped since: then its bytes may be anything. All calls block.
final class UnfinishedFile: Sendable {
  let paths: ExportPaths
  let descriptor: Descriptor
  /// When the export was begun.
  let started: String
  private let identity: ExportIdentity
  private let boot: String

  /// Opens the file. What comes back beside it is the state of the run to go on with; nil for a file that is to be
  /// begun, whatever is in it. One that is to be begun as an update has the rows of the finished file at once.
  static func open(
    _ paths: ExportPaths, identity: ExportIdentity, start: ExportStart, now: WallClock
  ) throws(OutputError) -> (UnfinishedFile, ExportState?) {
    let descriptor = try lock(paths.part)
    var state: ExportState?
    let isEmpty = try descriptor.size() == 0
    if isEmpty {
      // Without rows there is nothing to lose; a run that was killed just as it finished leaves a state alone.
      try completeManifest(paths)
    } else if start != .anew {
      state = try readState(paths)
      // A copy of the finished file has no state until it is whole.
      guard state != nil || start == .update else { throw .noState(path: paths.part) }
      if let (what, theirs, ours) = state?.identity.difference(from: identity) {
        throw .otherRun(path: paths.part, what: what, theirs: theirs, ours: ours)
      }
    }
    let file = UnfinishedFile(paths, identity, descriptor, state?.started ?? utcText(now()))
    if start == .update, state == nil { state = try file.update(isEmpty: isEmpty) }
    return (file, state)
  }

  private init(_ paths: ExportPaths, _ identity: ExportIdentity, _ descriptor: Descriptor, _ started: String)
  {
    self.paths = paths
    self.identity = identity
    self.descriptor = descriptor
    self.started = started
    boot = ExportState.currentBoot()
  }

  private static func lock(_ path: String) throws(OutputError) -> Descriptor {
    while true {
      let file = try Descriptor(path, O_RDWR | O_CREAT)
      guard try file.tryLock() else { throw .locked(path: path) }
      // Between our opening and our locking it the run before us may have finished and renamed it.
      if try file.isAtItsPath() { return file }
    }
  }

  private static func readState(_ paths: ExportPaths) throws(OutputError) -> ExportState? {
    guard let file = try Descriptor.ifThere(paths.state) else { return nil }
    guard let state = readSmallFile(file).flatMap({ ExportState($0) }) else {
      throw .unreadableState(path: paths.state)
    }
    return state
  }

  /// How far the bytes can be believed: what was not saved before the machine stopped may be anything.
  func trusted(_ state: ExportState) -> Int64 {
    state.boot == boot && !boot.isEmpty ? .max : state.progress.bytes
  }

  /// Empties the file.
  func begin() throws(OutputError) {
    try descriptor.truncate(to: 0)
    // The state goes first: rows without one could be anybody's.
    try saveState(ExportProgress())
  }

  /// Begins with the rows of the finished file, which stays as it is; nil if there is none.
  private func update(isEmpty: Bool) throws(OutputError) -> ExportState? {
    let finished: FinishedFile?
    do {
      finished = try FinishedFile(paths, identity: identity)
    } catch {
      // Nothing was begun.
      if isEmpty { unlink(paths.part) }
      throw error
    }
    guard let finished else {
      if isEmpty { return nil }
      throw .noState(path: paths.part)
    }
    // The state comes last: what has none is no whole copy.
    try removeFile(paths.state)
    try Descriptor.syncFolder(paths.folder)
    for path in CustomerTable.companions(of: paths.part) { try removeFile(path) }
    try descriptor.truncate(to: 0)
    try finished.copy(to: descriptor)
    try saveState(finished.progress)
    return ExportState(identity: identity, progress: finished.progress, boot: boot, started: started)
  }

  /// Makes what is told by `progress`, and was written, safe against a power cut.
  func save(_ progress: ExportProgress) throws(OutputError) {
    try descriptor.sync()
    try saveState(progress)
  }

  /// The old state stays until the new one is whole on disk.
  private func saveState(_ progress: ExportProgress) throws(OutputError) {
    let state = ExportState(identity: identity, progress: progress, boot: boot, started: started)
    try Descriptor.put(state.text, paths.nextState)
    try moveFile(paths.nextState, to: paths.state)
    try Descriptor.syncFolder(paths.folder)
  }

  /// Lets another run have the file.
  func release() { descriptor.unlock() }

  /// Takes the file and its state away, as if nothing had been begun.
  func discard() {
    unlink(paths.state)
    unlink(paths.part)
  }
}
