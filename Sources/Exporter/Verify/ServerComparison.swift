import Curl
import EventLoop
import Progress

/// Asks a server for all rows, as an export does, and compares them with a file.
struct ServerComparison {
  let file: FileToVerify
  let fetch: FetchSettings
  let loop: Loop
  let display: ProgressDisplay

  func run(until signals: AsyncStream<Int32>) async throws -> (ExportOutcome, RowFindings) {
    switch file.kind {
    case .csv(let format), .gzip(let format): try await run(format, until: signals)
    // A database gives its rows as CSV.
    case .sqlite: try await run(CSVFormat(), until: signals)
    case .ndjson: try await run(NDJSONFormat(), until: signals)
    }
  }

  private func run(
    _ format: some OutputFormat, until signals: AsyncStream<Int32>
  ) async throws -> (ExportOutcome, RowFindings) {
    let comparison = RowComparison(format, try file.source())
    let client = try fetch.client(on: loop)
    defer { client.close() }
    let fetcher = fetch.fetcher(on: loop, client)
    fetcher.onTrouble = { [display] reason in display.say(reason) }
    let report = ProgressReport(loop, display, from: ExportProgress())
    defer { report.close() }
    let export = Export(
      loop, fetcher: fetcher, output: comparison, from: Written(), format: format,
      plan: fetch.plan(after: 0), onProgress: { report.progress = $0 })
    return (await export.run(until: signals), comparison.findings)
  }
}
