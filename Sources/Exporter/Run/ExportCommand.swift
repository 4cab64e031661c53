import Bytes
import Curl
import EventLoop
import Glibc
import Options
import Progress

/// The program between its command line and its exit status.
struct ExportCommand: Sendable {
  let settings: ExportSettings

  func run(on loop: Loop) async -> Int32 {
    let display = ProgressDisplay(ProgressMeter(showsBytes: true, now: loop.now))
    do {
      let stop = try StopSignals(loop)
      defer { stop.close() }
      let outcome = try await export(loop, display, stop)
      tell(outcome, display, loop)
      return outcome.status
    } catch let error as OutputError {
      display.say("exporter: \(error)")
      return error.isUsage ? 2 : 1
    } catch {
      display.say("exporter: \(error)")
      return 1
    }
  }

  private func export(
    _ loop: Loop, _ display: ProgressDisplay, _ stop: StopSignals
  ) async throws -> ExportOutcome {
    let opened = try await loop.offload { [settings] in try settings.open() }
    switch settings.kind {
    case .csv(let format), .gzip(let format):
      return try await export(loop, display, stop, opened, format)
    // A database takes its rows as CSV.
    case .sqlite: return try await export(loop, display, stop, opened, CSVFormat())
    case .ndjson: return try await export(loop, display, stop, opened, NDJSONFormat())
    }
  }

  private func export(
    _ loop: Loop, _ display: ProgressDisplay, _ stop: StopSignals, _ opened: OpenedOutput,
    _ format: some OutputFormat
  ) async throws -> ExportOutcome {
    let found = opened.found.taken
    display.meter = ProgressMeter(doneBefore: Int(found.rows), showsBytes: true, now: loop.now)
    if found.rows > 0 { display.say("going on behind \(grouped(Int(found.rows))) rows of an earlier run") }

    let client = try settings.fetch.client(on: loop)
    defer { client.close() }
    let fetcher = settings.fetch.fetcher(on: loop, client)
    let patience = Int(settings.fetch.policy.patience / 1000)
    fetcher.onTrouble = { [display] reason in display.say("\(reason); trying for \(patience) s") }

    let plan = settings.fetch.plan(after: found.lastID)
    let report = ProgressReport(loop, display, from: found)
    defer { report.close() }
    let export = Export(
      loop, fetcher: fetcher, output: opened.output, from: opened.found, format: format, plan: plan,
      findEnd: settings.isConsistent ? settledEnd(loop, fetcher, report, display, after: found.lastID) : nil,
      onProgress: { report.progress = $0 })
    return await withTaskGroup(of: Void.self) { group in
      if isatty(STDERR_FILENO) == 1, !settings.isConsistent {
        group.addTask { await findEnd(loop, fetcher, report, after: found.lastID) }
      }
      let outcome = await export.run(until: stop.signals)
      group.cancelAll()
      return outcome
    }
  }

  /// Where a consistent export ends.
  private func settledEnd(
    _ loop: Loop, _ fetcher: PageFetcher, _ report: ProgressReport, _ display: ProgressDisplay, after: Int64
  ) -> @Sendable () async throws -> Int64 {
    let seconds = settings.settleTime / 1000
    let search = SettledEndSearch(
      loop: loop, fetcher: fetcher, after: after, patience: settings.settleTime,
      onWait: { display.say("\($0); waiting for up to \(seconds) s") },
      onEnd: { id in
        report.lastID = id
        display.say("the file ends at id \(id): all rows up to there are settled")
      })
    return { try await search.find() }
  }

  /// Finds out how far the ids go, for the progress line. What goes wrong here goes wrong in the export too.
  private func findEnd(
    _ loop: Loop, _ fetcher: PageFetcher, _ report: ProgressReport, after start: Int64
  ) async {
    var search = EndSearch(after: start)
    var converter = PageConverter(format: CSVFormat())
    let buffer = ReceiveBuffer()
    let ignored = Chunk()
    while let question = search.question {
      let request = Plan.Request(id: 0, previousID: question, records: 1)
      do {
        try await fetcher.fetch(request, into: buffer, maximumBytes: Export<CSVFormat>.singleRowBytes)
        let page = try buffer.bytes.withMutableBytes { body throws(PageProblem) in
          try converter.convert(body, of: request, upTo: nil, into: &ignored.bytes, counting: &ignored.nulls)
        }
        search.answer(question, page.rows > 0 ? page.last : nil)
        report.lastID = search.high == nil ? nil : search.low
      } catch {
        return
      }
    }
  }

  private func tell(_ outcome: ExportOutcome, _ display: ProgressDisplay, _ loop: Loop) {
    switch outcome {
    case .finished:
      display.finish("exported", now: loop.now)
    case .failed(let reason), .notAuthorized(let reason), .givenUp(let reason):
      display.say("exporter: \(reason)\(rest(display))")
    case .stopped:
      display.say("exporter: stopped\(rest(display))")
    }
  }

  /// What the next run can go on with.
  private func rest(_ display: ProgressDisplay) -> String {
    let done = display.meter.done
    return done > 0 && settings.canGoOn ? "; the same command goes on behind \(grouped(done)) rows" : ""
  }
}
