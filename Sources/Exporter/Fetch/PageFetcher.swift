import APIClient
import Bytes
import Curl
import EventLoop
import Glibc

/// Gets answers of the server, again and again where that may help.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class PageFetcher: @unchecked Sendable {
  private let loop: Loop
  private let client: HTTPClient
  private let endpoint: Endpoint
  private let policy: RetryPolicy
  private let gate: RequestGate
  private let random: @Sendable () -> Double
  private let wallClock: @Sendable () -> Int64
  /// When the last answer came.
  private var lastAnswer: UInt64
  /// Told about the first failure after things went well, for a word to the user.
  var onTrouble: ((String) -> Void)?
  private var isInTrouble = false

  /// - Parameters:
  ///   - concurrency: requests in flight while the server does not ask for fewer.
  ///   - wallClock: seconds since 1970.
  init(
    _ loop: Loop, _ client: HTTPClient, _ endpoint: Endpoint, _ policy: RetryPolicy, concurrency: Int,
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
    wallClock: @escaping @Sendable () -> Int64 = { Int64(time(nil)) }
  ) {
    self.loop = loop
    self.client = client
    self.endpoint = endpoint
    self.policy = policy
    self.random = random
    self.wallClock = wallClock
    gate = RequestGate(loop, most: concurrency)
    lastAnswer = loop.now
  }

  /// How many requests may be in flight now.
  var window: RequestWindow { gate.window }

  /// Puts the page's body into `buffer`.
  ///
  /// - Throws: ``FetchFailure``, or `CancellationError` as soon as the task is canceled.
  func fetch(_ page: Plan.Request, into buffer: ReceiveBuffer, maximumBytes: Int) async throws {
    try await fetch(endpoint.request(page, maximumBytes: maximumBytes), into: buffer)
  }

  /// Puts what the server says about settled ids into `buffer`.
  func fetchWatermark(into buffer: ReceiveBuffer) async throws {
    try await fetch(endpoint.watermarkRequest, into: buffer)
  }

  private func fetch(_ request: HTTPRequest, into buffer: ReceiveBuffer) async throws {
    var attempt = 0
    while true {
      guard let trouble = try await attemptOnce(request, into: buffer) else {
        lastAnswer = loop.now
        isInTrouble = false
        return
      }
      attempt += 1
      let delay = policy.delay(
        attempt: attempt, retryAfter: trouble.retryAfter, silence: loop.now - min(lastAnswer, loop.now),
        dice: random())
      guard let delay else { throw FetchFailure.givenUp(trouble.reason) }
      if !isInTrouble {
        isInTrouble = true
        onTrouble?(trouble.reason)
      }
      try await loop.sleep(milliseconds: delay)
    }
  }

  /// What another attempt may mend.
  private struct Trouble {
    let reason: String
    var retryAfter: UInt64?
    var end = RequestWindow.End.otherwise
  }

  /// Nil once the answer is in `buffer`.
  private func attemptOnce(_ request: HTTPRequest, into buffer: ReceiveBuffer) async throws -> Trouble? {
    let permit = try await gate.enter()
    var end = RequestWindow.End.otherwise
    defer { gate.leave(permit, end) }
    do {
      let response = try await client.send(request, into: buffer)
      let trouble = try judge(response, buffer)
      end = trouble?.end ?? .answered
      return trouble
    } catch let error as CurlError {
      switch error.kind {
      case .tooLarge: throw FetchFailure.tooLarge(limit: request.maximumBytes)
      case .permanent: throw FetchFailure.impossible("\(error)")
      case .connection: return Trouble(reason: "\(error)")
      }
    }
  }

  /// Nil for what was asked for; trouble for an answer that may be another one later.
  private func judge(_ response: HTTPResponse, _ buffer: ReceiveBuffer) throws(FetchFailure) -> Trouble? {
    switch response.status {
    case 200: return nil
    case 401, 403: throw .notAuthorized(status: response.status)
    case 300..<400:
      let place = response.headers["Location"].map { " to \(printable($0))" } ?? ""
      throw .refused(
        status: response.status,
        detail: "a redirect\(place), which is not followed since the key would go there too")
    case 408, 425, 429, 500...:
      let wish = RetryPolicy.retryAfter(
        response.headers["Retry-After"], date: response.headers["Date"], now: wallClock())
      let wait = wish.map { " and asks for \($0 / 1000) s of rest" } ?? ""
      var trouble = Trouble(reason: "the server answered \(response.status)\(wait)", retryAfter: wish)
      if [429, 503].contains(response.status) { trouble.end = .pushedBack(retryAfter: wish) }
      return trouble
    default: throw .refused(status: response.status, detail: printable(buffer.bytes.text()))
    }
  }
}
