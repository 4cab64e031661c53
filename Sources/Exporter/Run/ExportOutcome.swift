/// How an export ended.
enum ExportOutcome: Equatable {
  /// The file is there, whole.
  case finished
  /// A page could not be had or not be believed.
  case failed(String)
  /// The server does not let us read.
  case notAuthorized(String)
  /// The server was away for too long; the same command goes on.
  case givenUp(String)
  /// Somebody told it to stop; the same command goes on.
  case stopped(signal: Int32)

  /// The program's exit status.
  var status: Int32 {
    switch self {
    case .finished: 0
    case .failed: 1
    case .notAuthorized: 3
    case .givenUp: 4
    case .stopped(let signal): 128 + signal
    }
  }
}
