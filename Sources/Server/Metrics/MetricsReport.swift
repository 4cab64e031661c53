import Bytes
import HTTP
import Options

/// All metrics at one moment, as text.
struct MetricsReport {
  let routes: [Route]
  let loops: [LoopSnapshot]
  let events: [(kind: Observation.Kind, count: UInt64)]
  let droppedLogLines: Int
  let process: ProcessFacts
  let http: ServerSettings

  /// Writes the report behind what is in `body`.
  func write(to body: inout ByteBuffer) {
    var text = MetricsText()
    writeRequests(&text)
    writeConnections(&text)
    writePool(&text)
    writeLoops(&text)
    writeProcess(&text)
    text.text.withBytes { body.append($0) }
  }

  private func writeRequests(_ text: inout MetricsText) {
    var total = Array(repeating: RouteTally(), count: routes.count + 1)
    for loop in loops {
      for (index, tally) in loop.routes.enumerated() where index < total.count { total[index] += tally }
    }
    text.family("roster_http_requests_total", .counter, "Requests that were answered.")
    for (index, tally) in total.enumerated() {
      for (status, count) in tally.byStatus {
        text.sample(labels(ofRoute: index) + [("status", "\(status)")], count)
      }
    }
    text.family(
      "roster_http_request_duration_seconds", .histogram, "Time from a complete head to its answer.")
    for (index, tally) in total.enumerated() { text.sample(labels(ofRoute: index), tally.latency) }
  }

  /// HEAD counts with the GET that it is answered by. What found no route stands under an empty name.
  private func labels(ofRoute index: Int) -> MetricsText.Labels {
    guard index < routes.count else { return [("method", ""), ("route", "")] }
    return [("method", routes[index].method.rawValue), ("route", routes[index].path)]
  }

  private func writeConnections(_ text: inout MetricsText) {
    each(&text, "roster_http_connections", .gauge, "Clients that are connected.") { $0.connections }
    text.family("roster_http_connections_max", .gauge, "Clients that a loop lets in.")
    for loop in loops { text.sample(label(loop), http.connections) }
    each(&text, "roster_http_connections_accepted_total", .counter, "Clients that were let in.") {
      $0.counts.accepted
    }
    text.family(
      "roster_http_connections_ended_total", .counter, "Connections that were ended by a time limit.")
    for loop in loops {
      for (reason, count) in [
        ("head", loop.counts.lateHeads), ("body", loop.counts.lateBodies),
        ("reader", loop.counts.stalledReaders), ("idle", loop.counts.rested),
      ] {
        text.sample(label(loop) + [("limit", reason)], count)
      }
    }
    each(&text, "roster_http_received_bytes_total", .counter, "Bytes from clients.") { $0.bytesReceived }
    each(&text, "roster_http_sent_bytes_total", .counter, "Bytes to clients.") { $0.bytesSent }
    each(&text, "roster_http_compressed_total", .counter, "Answers that were compressed.") {
      $0.counts.compressed
    }
    each(&text, "roster_page_budget_used_bytes", .gauge, "Bytes of answers that readers have not taken.") {
      $0.unreadBytes
    }
    text.family("roster_page_budget_bytes", .gauge, "Bytes beyond which pages are refused.")
    for loop in loops { text.sample(label(loop), http.unreadBytes) }
    each(&text, "roster_page_budget_refusals_total", .counter, "Pages that were refused for the budget.") {
      $0.counts.overBudget
    }
    each(
      &text, "roster_open_budget_used_bytes", .gauge, "The same bytes of answers that need no key."
    ) { $0.openUnreadBytes }
    each(
      &text, "roster_open_budget_refusals_total", .counter, "Large answers that need no key and were refused."
    ) { $0.counts.overOpenBudget }
  }

  private func writePool(_ text: inout MetricsText) {
    each(&text, "roster_pool_connections", .gauge, "Connections to PostgreSQL that are up.") {
      $0.poolConnections
    }
    text.family("roster_pool_connections_max", .gauge, "Connections to PostgreSQL that are wanted.")
    for loop in loops { text.sample(label(loop), loop.poolWanted) }
    each(&text, "roster_pool_queries", .gauge, "Queries that wait for their answer.") { $0.poolLoad }
    each(&text, "roster_pool_queries_max", .gauge, "Queries that may wait; more are refused.") { $0.poolRoom }
    each(&text, "roster_pool_connects_total", .counter, "Connections to PostgreSQL that came up.") {
      Int(clamping: $0.pool.connects)
    }
    each(&text, "roster_pool_losses_total", .counter, "Connections to PostgreSQL that broke.") {
      Int(clamping: $0.pool.losses)
    }
    each(&text, "roster_pool_connect_failures_total", .counter, "Attempts to connect that failed.") {
      Int(clamping: $0.pool.failures)
    }
    text.family("roster_request_failures_total", .counter, "Requests that failed, by what went wrong.")
    for reason in QueryFailure.allCases {
      text.sample(
        [("reason", reason.rawValue)], loops.reduce(0 as UInt64) { $0 + $1.failures[reason, default: 0] })
    }
  }

  private func writeLoops(_ text: inout MetricsText) {
    text.family("roster_loop_lag_seconds", .histogram, "How late a timer of the loop came.")
    for loop in loops { text.sample(label(loop), loop.lag) }
    text.family("roster_loop_longest_turn_seconds", .gauge, "The longest turn since the start.")
    for loop in loops { text.sample(label(loop), nanoseconds: loop.longestTurn * 1_000_000) }
    text.family(
      "roster_loop_longest_block_seconds", .gauge,
      "The longest that a turn held the loop up by itself, time without a processor left out.")
    for loop in loops { text.sample(label(loop), nanoseconds: loop.longestBlock * 1_000_000) }
  }

  private func writeProcess(_ text: inout MetricsText) {
    text.family("roster_events_total", .counter, "What the log tells, by the name of the event.")
    for (kind, count) in events { text.sample([("event", kind.rawValue)], count) }
    text.family("roster_log_lines_dropped_total", .counter, "Lines of the log that nobody read in time.")
    text.sample([], droppedLogLines)
    text.family("roster_build_info", .gauge, "The version, as a label.")
    text.sample([("version", Release.version)], 1)
    text.family("process_resident_memory_bytes", .gauge, "Memory that is in use.")
    text.sample([], process.residentBytes)
    text.family("process_open_fds", .gauge, "Descriptors that are open.")
    text.sample([], process.openDescriptors)
    text.family("process_max_fds", .gauge, "Descriptors that may be open.")
    text.sample([], process.mostDescriptors)
    text.family("process_threads", .gauge, "Threads, the loops among them.")
    text.sample([], process.threads)
    text.family("process_cpu_seconds_total", .counter, "Time on a processor.")
    text.sample([], nanoseconds: process.cpuNanoseconds)
  }

  private func label(_ loop: LoopSnapshot) -> MetricsText.Labels { [("loop", "\(loop.index)")] }

  /// A family with one sample a loop.
  private func each(
    _ text: inout MetricsText, _ name: StaticString, _ kind: MetricsText.Kind, _ help: StaticString,
    _ value: (LoopSnapshot) -> Int
  ) {
    text.family(name, kind, help)
    for loop in loops { text.sample(label(loop), value(loop)) }
  }
}
