import APIClient
import Curl
import EventLoop
import Options

/// How pages are to be had, as far as the command line decides it.
struct FetchSettings: Equatable, Sendable {
  var endpoint: Endpoint
  var concurrency: Int
  var records: Int
  var policy: RetryPolicy
  var stallSeconds: Int

  /// - Throws: `UsageError`, naming the option.
  init(_ options: ParsedOptions, url: String) throws(UsageError) {
    let address: String
    do {
      address = try ServerAddress.customersURL(url)
    } catch {
      throw UsageError("--url: \(error)")
    }
    let place = Endpoint.ArgumentPlace(rawValue: options[ExporterOptions.arguments]) ?? .query
    endpoint = Endpoint(url: address, key: try KeySetting.key(options), arguments: place)
    concurrency = options[ExporterOptions.concurrency]
    records = options[ExporterOptions.records]
    policy = RetryPolicy(patience: UInt64(options[ExporterOptions.patience].wholeMilliseconds))
    stallSeconds = max(1, options[ExporterOptions.stall].wholeMilliseconds / 1000)
  }

  /// Memory for the pages under way, in bytes: it grows neither with the rows nor with the concurrency.
  static let pageMemory = 16 << 20

  /// A client with these limits; whoever makes it closes it.
  func client(on loop: Loop) throws(CurlError) -> HTTPClient {
    var settings = HTTPClient.Settings()
    settings.connections = concurrency
    settings.stallSeconds = stallSeconds
    settings.userAgent = "roster-exporter/\(Release.version)"
    return try HTTPClient(loop, settings)
  }

  func fetcher(on loop: Loop, _ client: HTTPClient) -> PageFetcher {
    PageFetcher(loop, client, endpoint, policy, concurrency: concurrency)
  }

  /// A plan for all rows above `id`.
  func plan(after id: Int64) -> Plan {
    Plan(after: id, concurrency: concurrency, records: records, memory: Self.pageMemory)
  }
}
