import Bytes
import Curl
import EventLoop

/// Gets pages, again and again where that may help.
/// SAFETY: `@unchecked Sendable` since it is used on the loop's thread alone.
final class PageFetcher: @unchecked Sendable {
  private let loop: Loop
  private let client: HTTPClient
  private let endpoint: Endpoint
  private let policy: RetryPolicy
  private let random: @Sendable () -> Double
  /// When the last page came.
  private var lastPage: UInt64
  /// Pages came in this run.
  private(set) var hasPages = false
  /// Told about the first failure after things went well, for a word to the user.
  var onTrouble: ((String) -> Void)?
  private var isInTrouble = false

  init(
    _ loop: Loop, _ client: HTTPClient, _ endpoint: Endpoint, _ policy: RetryPolicy,
    random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) {
    self.loop = loop
    self.client = client
    self.endpoint = endpoint
    self.policy = policy
    self.random = random
    lastPage = loop.now
  }

  /// Puts the page's body into `buffer`.
  ///
  /// - Throws: ``FetchFailure``, or `CancellationError` as soon as the task is canceled.
  func fetch(_ page: Plan.Request, into buffer: ReceiveBuffer, maximumBytes: Int) async throws {
    let request = endpoint.request(page, maximumBytes: maximumBytes)
    var attempt = 0
    while true {
      let trouble: (reason: String, retryAfter: UInt64?)
      do {
        let response = try await client.send(request, into: buffer)
        guard let reason = try judge(response, buffer) else {
          lastPage = loop.now
          hasPages = true
          isInTrouble = false
          return
        }
        trouble = (reason, RetryPolicy.retryAfter(response.headers["Retry-After"]))
      } catch let error as CurlError {
        switch error.kind {
        case .tooLarge: throw FetchFailure.tooLarge(limit: maximumBytes)
        case .permanent: throw FetchFailure.impossible("\(error)")
        case .connection: trouble = ("\(error)", nil)
        }
      }
      attempt += 1
      let delay = policy.delay(
        attempt: attempt, retryAfter: trouble.retryAfter, silence: loop.now - min(lastPage, loop.now),
        dice: random())
      guard let delay else { throw FetchFailure.givenUp(trouble.reason) }
      if !isInTrouble {
        isInTrouble = true
        onTrouble?(trouble.reason)
      }
      try await loop.sleep(milliseconds: delay)
    }
  }

  /// Nil for a page; a reason for an answer that may be another one later.
  private func judge(_ response: HTTPResponse, _ buffer: ReceiveBuffer) throws(FetchFailure) -> String? {
    switch response.status {
    case 200: return nil
    case 401, 403: throw .notAuthorized(status: response.status)
    case 300..<400:
      let place = response.headers["Location"].map { " to \(printable($0))" } ?? ""
      throw .refused(
        status: response.status,
        detail: "a redirect\(place), which is not followed since the key would go there too")
    case 408, 425, 429, 500...: return "the server answered \(response.status)"
    default: throw .refused(status: response.status, detail: printable(buffer.bytes.text()))
    }
  }
}

/// The beginning of a foreign text, fit for one line of a terminal.
func printable(_ text: String) -> String {
  let scalars = text.unicodeScalars.prefix(200).map { scalar -> Character in
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    return isControl || (0x2028...0x202E).contains(scalar.value) ? " " : Character(scalar)
  }
  return String(scalars)
}
