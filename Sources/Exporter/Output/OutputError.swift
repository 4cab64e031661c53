import Glibc

/// Why the unfinished file cannot be written or gone on with.
enum OutputError: Error, Equatable {
  /// A system call failed.
  case system(call: String, path: String, code: Int32)
  /// Another process is writing it.
  case locked(path: String)
  /// It belongs to a run with something else in one of its options.
  case otherRun(path: String, what: String, theirs: String, ours: String)
  /// There are rows, but nothing says which run they belong to.
  case noState(path: String)
  /// The state is not one that this version writes.
  case unreadableState(path: String)
  /// The rows are not those that the state tells of.
  case changed(path: String)
}

extension OutputError: CustomStringConvertible {
  var description: String {
    switch self {
    case .system(let call, let path, let code):
      "\(call) \(path): \(String(cString: strerror(code)))"
    case .locked(let path):
      "\(path) is being written by another exporter; wait for it, or choose another --out"
    case .otherRun(let path, let what, let theirs, let ours):
      "\(path) was begun with \(what) \(theirs), not \(ours); "
        + "repeat that command to go on, or add --restart to begin again"
    case .noState(let path):
      "\(path) has rows but its .state file is gone; add --restart to begin again"
    case .unreadableState(let path):
      "\(path) is damaged or of another version; add --restart to begin again"
    case .changed(let path):
      "\(path) is not what its .state file says; add --restart to begin again"
    }
  }

  /// True where the command has to be called differently.
  var isUsage: Bool {
    switch self {
    case .otherRun, .noState, .unreadableState, .changed: true
    case .system, .locked: false
    }
  }
}

/// The one check of every result of a system call on files.
@discardableResult
func check(_ result: Int, _ call: StaticString, _ path: String) throws(OutputError) -> Int {
  if result < 0 { throw .system(call: "\(call)", path: path, code: errno) }
  return result
}

/// The one check of every result of a system call on files.
@discardableResult
func check(_ result: Int32, _ call: StaticString, _ path: String) throws(OutputError) -> Int32 {
  if result < 0 { throw .system(call: "\(call)", path: path, code: errno) }
  return result
}
