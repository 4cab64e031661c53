import Glibc
import SQLite

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
  /// There is a file, but not one that an export could go on from.
  case notFinished(path: String, reason: String)
  /// SQLite cannot write or read the file.
  case database(path: String, SQLiteError)
  /// What is compressed in the file is damaged from about this byte on.
  case damaged(path: String, offset: Int64, reason: String)
  /// A program has the database open that is to be replaced, or has left it half way.
  case targetInUse(path: String)
  /// Nobody reads any more what is written to standard output.
  case outputClosed
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
    case .notFinished(let path, let reason):
      "\(path) cannot be updated, since \(reason); leave --update out to export all of it again"
    case .database(let path, let error): "\(path): \(error)"
    case .damaged(let path, let offset, let reason): "\(path) is damaged near byte \(offset): \(reason)"
    case .targetInUse(let path):
      "\(path) lies beside the database that is to be replaced; close the program that has it open"
    case .outputClosed: "standard output was closed before all rows were written to it"
    }
  }

  /// True where the command has to be called differently.
  var isUsage: Bool {
    switch self {
    case .otherRun, .noState, .unreadableState, .changed, .notFinished: true
    case .system, .locked, .database, .damaged, .targetInUse, .outputClosed: false
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
