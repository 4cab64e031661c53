import APIClient
import Curl
import EventLoop
import Glibc
import Meters
import Options

/// `script load_data`: sends files of customers to a running server, one import each, in the order of their names.
struct LoadDataCommand: Sendable {
  private let path: String
  private let from: String?
  private let target: UploadTarget

  init(_ options: ParsedOptions) throws(UsageError) {
    path = options.operands.first ?? "generated"
    from = options[ScriptOptions.from]
    target = try UploadTarget(options)
  }

  func run(on loop: Loop) async -> Int32 {
    let progress = RunProgress(loop, total: nil, program: "server")
    let load = FileLoads(loop, target, progress)
    do {
      let stop = try StopSignals(loop)
      defer { stop.close() }
      let files = try await loop.offload { [path, from] in try Self.files(path, from) }
      let signal = try await untilSignal(stop) { try await load.run(files) }
      if let signal { throw LoadFailure.stopped(signal) }
      progress.finish("imported")
      load.sayRejected()
      return load.rejected == 0 ? 0 : 1
    } catch {
      progress.end()
      progress.say("\(error)")
      load.sayWhatIsIn()
      return (error as? LoadFailure)?.status ?? 1
    }
  }

  private static func files(_ path: String, _ from: String?) throws(FileProblem) -> [String] {
    let files = try DataFiles.find(path)
    guard let from else { return files }
    let name = from.split(separator: "/").last ?? ""
    guard let first = files.firstIndex(where: { $0 == from || $0.hasSuffix("/\(name)") }) else {
      throw FileProblem(description: "--from: \(path) has no file \(name)")
    }
    return Array(files[first...])
  }
}

/// Why a load has not come to its end.
enum LoadFailure: Error, CustomStringConvertible {
  /// The server does not know the key, or does not let it write.
  case notAuthorized(status: Int)
  /// The server has answered that it does not take the file.
  case refused(file: String, status: Int, detail: String)
  /// The server was away or busy for too long; nothing of the file is in.
  case away(file: String, String)
  /// The file was sent, and what became of it cannot be known.
  case unclear(file: String, String)
  case stopped(Int32)

  var status: Int32 {
    switch self {
    case .notAuthorized: 3
    case .refused, .unclear: 1
    case .away: 4
    case .stopped(let signal): 128 + signal
    }
  }

  var description: String {
    switch self {
    case .notAuthorized(let status):
      "not authorized (\(status)); check the key in --key-file, --key or ROSTER_API_KEY"
    case .refused(let file, let status, let detail): "\(file): the server answered \(status): \(detail)"
    case .away(let file, let reason): "\(file): given up: \(reason); nothing of it is in"
    case .unclear(let file, let reason):
      "\(file): \(reason), after all of it was sent, so it may be in or not; send it again: if it is in, and has "
        + "ids, they are taken and nothing is imported twice"
    case .stopped(let signal): "stopped by \(StopSignals.name(of: signal))"
    }
  }
}
