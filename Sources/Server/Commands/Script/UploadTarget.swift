import APIClient
import Curl
import EventLoop
import Options

/// Where files are sent, and how patiently.
struct UploadTarget: Sendable {
  let url: String
  let key: String
  let onError: String
  let policy: RetryPolicy
  let stallSeconds: Int

  /// - Throws: `UsageError`, naming the option.
  init(_ options: ParsedOptions) throws(UsageError) {
    do {
      url = "\(try ServerAddress.customersURL(options[ScriptOptions.url]))/import"
    } catch {
      throw UsageError("--url: \(error)")
    }
    key = try KeySetting.key(options)
    onError = options[ScriptOptions.onError]
    policy = RetryPolicy(patience: UInt64(options[ScriptOptions.patience].wholeMilliseconds))
    stallSeconds = max(1, options[ScriptOptions.answerTime].wholeMilliseconds / 1000)
  }

  /// A client with these limits; whoever makes it closes it.
  func client(on loop: Loop) throws(CurlError) -> HTTPClient {
    var settings = HTTPClient.Settings()
    settings.connections = 1
    settings.stallSeconds = stallSeconds
    settings.userAgent = "roster-load-data/\(Release.version)"
    return try HTTPClient(loop, settings)
  }

  /// The import of a file with this name; nil if its name does not tell what is in it.
  func request(for file: String) -> HTTPRequest? {
    guard let kind = DataFiles.kind(of: file) else { return nil }
    var headers = [("X-CUSTOM-AUTH", key), ("Content-Type", kind.type)]
    if kind.isGzip { headers.append(("Content-Encoding", "gzip")) }
    return HTTPRequest(
      .post, "\(url)?on_error=\(onError)", headers: headers, maximumBytes: 8 << 20,
      wantedHeaders: ["Retry-After", "Date"])
  }
}
