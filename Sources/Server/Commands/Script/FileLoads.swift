import APIClient
import Curl
import EventLoop
import Glibc
import Meters

/// Sends files, one after the other.
///
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class FileLoads: @unchecked Sendable {
  private let loop: Loop
  private let target: UploadTarget
  private let progress: RunProgress
  private let answer = ReceiveBuffer()
  private var sizeOfAll = 0
  /// Bytes of the files that are in.
  private var sizeDone = 0
  private var filesDone = 0
  private var current: String?
  private(set) var rejected = 0

  init(_ loop: Loop, _ target: UploadTarget, _ progress: RunProgress) {
    self.loop = loop
    self.target = target
    self.progress = progress
  }

  /// Sends `files`; the first that is not taken ends it.
  func run(_ files: [String]) async throws {
    let client = try target.client(on: loop)
    defer { client.close() }
    sizeOfAll = try await loop.offload { try files.reduce(0) { try $0 + FileReading($1).size } }
    for file in files {
      current = file
      guard let request = target.request(for: file) else {
        throw FileProblem(
          description: "\(file): its name must end with .csv or .ndjson, or with .gz behind that")
      }
      let result = try await send(file, request, by: client)
      progress.add(rows: result.inserted, bytes: 0)
      rejected += result.rejected
      say(result, of: file)
      filesDone += 1
      current = nil
    }
  }

  private func say(_ result: UploadAnswer, of file: String) {
    for error in result.errors { progress.say("\(file): \(error)") }
    if result.unlisted > 0 { progress.say("\(file): and \(result.unlisted) rows more") }
  }

  /// Says how many rows were left out.
  func sayRejected() {
    if rejected > 0 { progress.say("\(rejected) \(rejected == 1 ? "row was" : "rows were") rejected") }
  }

  /// Says what a load that failed has left.
  func sayWhatIsIn() {
    guard let current, filesDone > 0 else { return }
    let name = current.split(separator: "/").last ?? ""
    let files = filesDone == 1 ? "1 file is" : "\(filesDone) files are"
    progress.say("\(files) in; the same command with --from \(name) goes on")
  }

  // MARK: One file

  private func send(_ file: String, _ request: HTTPRequest, by client: HTTPClient) async throws
    -> UploadAnswer
  {
    let began = loop.now
    var attempt = 0
    while true {
      switch try await attemptOnce(file, request, by: client) {
      case .taken(let answer): return answer
      case .trouble(let reason, let retryAfter):
        attempt += 1
        let delay = target.policy.delay(
          attempt: attempt, retryAfter: retryAfter, silence: loop.now - began, dice: .random(in: 0..<1))
        guard let delay else { throw LoadFailure.away(file: file, reason) }
        if attempt == 1 { progress.say("\(file): \(reason); trying for \(target.policy.patience / 1000) s") }
        try await loop.sleep(milliseconds: delay)
      }
    }
  }

  private enum Attempt {
    case taken(UploadAnswer)
    /// Nothing is in, and another attempt may mend it.
    case trouble(String, retryAfter: UInt64?)
  }

  private func attemptOnce(
    _ file: String, _ request: HTTPRequest, by client: HTTPClient
  ) async throws -> Attempt {
    let reading = try await loop.offload { try FileReading(file) }
    let before = sizeDone
    do {
      let response = try await client.send(
        request,
        uploading: reading.upload(on: loop) { _ in
          self.show(before + reading.count)
        }, into: answer)
      let attempt = try judge(response, file)
      if case .taken = attempt { sizeDone = before + reading.size }
      progress.add(rows: 0, bytes: reading.count)
      return attempt
    } catch let error as CurlError where error.kind == .connection {
      let isUnsent = reading.count < reading.size || Self.beforeSending.contains(error.name)
      guard isUnsent else { throw LoadFailure.unclear(file: file, "\(error)") }
      return .trouble("\(error)", retryAfter: nil)
    }
  }

  private static let beforeSending = [
    "CURLE_COULDNT_CONNECT", "CURLE_COULDNT_RESOLVE_HOST", "CURLE_COULDNT_RESOLVE_PROXY",
    "CURLE_SSL_CONNECT_ERROR",
  ]

  private func show(_ bytes: Int) {
    // That it is sent is not that it is in.
    progress.set(fraction: min(0.99, Double(bytes) / Double(max(sizeOfAll, 1))))
  }

  private func judge(_ response: HTTPResponse, _ file: String) throws -> Attempt {
    let result = answer.bytes.withBytes { UploadAnswer($0) }
    switch response.status {
    case 200, 201: return .taken(result)
    case 401, 403: throw LoadFailure.notAuthorized(status: response.status)
    case 408, 425, 429, 502...504:
      let wish = RetryPolicy.retryAfter(
        response.headers["Retry-After"], date: response.headers["Date"], now: Int64(time(nil)))
      return .trouble("the server answered \(response.status): \(result.detail)", retryAfter: wish)
    default:
      say(result, of: file)
      throw LoadFailure.refused(file: file, status: response.status, detail: result.detail)
    }
  }
}
