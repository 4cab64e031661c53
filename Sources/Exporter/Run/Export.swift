import Bytes
import Curl
import EventLoop

/// An export under way: asks for pages as the plan says, turns each into rows as it comes, and writes them in order.
///
/// It lives on the loop; what it writes is written on the thread pool, one write at a time.
final class Export<Format: OutputFormat> {
  private enum Event: Sendable {
    case page(Plan.Request, ReceiveBuffer)
    case noPage(Plan.Request, ReceiveBuffer, any Error)
    case wrote(Written, [Chunk])
    case saved
    case cannotWrite(any Error)
    case ends(at: Int64)
    case hasNoEnd(any Error)
    case stop(signal: Int32?)
  }

  /// The most that a single row may have.
  static var singleRowBytes: Int { 8 << 20 }

  private let loop: Loop
  private let fetcher: PageFetcher
  private let output: any Output
  private var plan: Plan
  private var converter: PageConverter<Format>
  private let saveInterval: UInt64
  private let findEnd: (@Sendable () async throws -> Int64)?
  private let onProgress: (ExportProgress) -> Void

  private var chunks: [Int: Chunk] = [:]
  private var spareChunks: [Chunk] = []
  private var spareBuffers: [ReceiveBuffer] = []
  private var written: Written
  private var isFindingEnd = false
  private var isWriting = false
  private var isSaving = false
  private var savedAt: UInt64
  private var failure: ExportOutcome?

  /// - Parameter findEnd: finds the last id that is wanted; nil if all are.
  init(
    _ loop: Loop, fetcher: PageFetcher, output: any Output, from written: Written, format: Format,
    plan: Plan, saveInterval: UInt64 = 2000, findEnd: (@Sendable () async throws -> Int64)? = nil,
    onProgress: @escaping (ExportProgress) -> Void = { _ in }
  ) {
    self.loop = loop
    self.fetcher = fetcher
    self.output = output
    self.written = written
    self.plan = plan
    self.saveInterval = saveInterval
    self.findEnd = findEnd
    self.onProgress = onProgress
    converter = PageConverter(format: format)
    savedAt = loop.now
  }

  /// Runs to the end, to a failure, or until a signal comes. What is in the file is safe on disk afterwards.
  func run(until signals: AsyncStream<Int32> = AsyncStream { _ in }) async -> ExportOutcome {
    await withTaskGroup(of: Event.self) { group in
      group.addTask { .stop(signal: await signals.first { _ in true }) }
      beginFindingEnd(&group)
      begin(&group)
      while let event = await group.next() {
        take(event)
        if isOver { group.cancelAll() }
        begin(&group)
      }
    }
    return await end()
  }

  /// Nothing more is to be asked for.
  private var isOver: Bool { failure != nil || plan.isFinished }

  // MARK: Work

  /// Begins all that can be begun now. Pages that are here are written even when the export is to stop.
  private func begin(_ group: inout TaskGroup<Event>) {
    if isFindingEnd { return }
    while !isOver, let request = plan.nextRequest() { beginRequest(request, &group) }
    if !isWriting { beginWrite(&group) }
    if !isOver, !isSaving, loop.now >= savedAt + saveInterval { beginSave(&group) }
  }

  private func beginFindingEnd(_ group: inout TaskGroup<Event>) {
    guard let findEnd else { return }
    isFindingEnd = true
    group.addTask {
      do {
        return .ends(at: try await findEnd())
      } catch {
        return .hasNoEnd(error)
      }
    }
  }

  private func beginRequest(_ request: Plan.Request, _ group: inout TaskGroup<Event>) {
    let buffer = spareBuffers.popLast() ?? ReceiveBuffer()
    // A page of one row cannot be made smaller.
    let limit = request.records == 1 ? max(plan.pageSize.bytes, Self.singleRowBytes) : plan.pageSize.bytes
    group.addTask { [fetcher] in
      do {
        try await fetcher.fetch(request, into: buffer, maximumBytes: limit)
        return .page(request, buffer)
      } catch {
        return .noPage(request, buffer, error)
      }
    }
  }

  private func beginWrite(_ group: inout TaskGroup<Event>) {
    let ready = plan.takeWritable().compactMap { chunks.removeValue(forKey: $0) }
    guard !ready.isEmpty else { return }
    isWriting = true
    group.addTask { [loop, output] in
      do {
        return .wrote(try await loop.offload { try output.write(ready) }, ready)
      } catch {
        return .cannotWrite(error)
      }
    }
  }

  /// While rows go on being written behind it.
  private func beginSave(_ group: inout TaskGroup<Event>) {
    savedAt = loop.now
    isSaving = true
    group.addTask { [loop, output, kept = written.kept] in
      do {
        try await loop.offload { try output.save(kept) }
        return .saved
      } catch {
        return .cannotWrite(error)
      }
    }
  }

  // MARK: What came of it

  private func take(_ event: Event) {
    switch event {
    case .page(let request, let buffer):
      convert(request, buffer)
      keep(buffer)
    case .noPage(let request, let buffer, let error):
      keep(buffer)
      fail(request, error)
    case .wrote(let written, let chunks):
      isWriting = false
      plan.wrote()
      self.written = written
      spareChunks += chunks
      onProgress(written.taken)
    case .saved:
      isSaving = false
      savedAt = loop.now
    case .cannotWrite(let error):
      // `isWriting` stays: nothing may be written behind what is missing.
      isWriting = true
      fail(with: .failed("\(error)"))
    case .ends(let last):
      isFindingEnd = false
      plan.end(at: last)
    case .hasNoEnd(let error):
      isFindingEnd = false
      fail(because: error)
    case .stop(let signal):
      guard let signal else { return }
      fail(with: .stopped(signal: signal))
      output.interrupt()
    }
  }

  private func convert(_ request: Plan.Request, _ buffer: ReceiveBuffer) {
    guard let limit = plan.wanted(request.id) else { return }
    let chunk = spareChunks.popLast() ?? Chunk()
    chunk.clear()
    do throws(PageProblem) {
      let page = try buffer.bytes.withMutableBytes { body throws(PageProblem) in
        try converter.convert(body, of: request, upTo: limit, into: &chunk.bytes, counting: &chunk.nulls)
      }
      chunk.rows = page.accepted
      chunk.firstID = page.first
      chunk.lastID = page.lastAccepted
      try plan.received(request.id, page)
      if page.accepted > 0 {
        chunks[request.id] = chunk
      } else {
        spareChunks.append(chunk)
      }
    } catch {
      let start = if case .shape(.notJSON) = error { Self.start(of: buffer) } else { "" }
      fail(
        with: .failed("the page behind id \(request.previousID) is not what was asked for: \(error)\(start)"))
    }
  }

  /// What a body that is no JSON begins with: mostly it says what it is.
  private static func start(of buffer: ReceiveBuffer) -> String {
    let start = printable(
      buffer.bytes.withBytes { String(decoding: $0.prefix(60), as: UTF8.self) })
    return start.isEmpty ? "" : "; it begins with \(start)"
  }

  private func keep(_ buffer: ReceiveBuffer) {
    buffer.bytes.removeAll(keepingAtMost: 2 << 20)
    spareBuffers.append(buffer)
  }

  private func fail(_ request: Plan.Request, _ error: any Error) {
    if case .tooLarge = error as? FetchFailure, plan.tooLarge(request.id) { return }
    fail(because: error, "the page behind id \(request.previousID): ")
  }

  private func fail(because error: any Error, _ what: String = "") {
    switch error as? FetchFailure {
    case .notAuthorized: fail(with: .notAuthorized("\(error)"))
    case .givenUp: fail(with: .givenUp("\(what)\(error)"))
    case .tooLarge, .refused, .impossible: fail(with: .failed("\(what)\(error)"))
    case nil:
      if !(error is CancellationError) { fail(with: .failed("\(error)")) }
    }
  }

  /// The first failure is the one to tell; what follows it mostly follows from it.
  private func fail(with outcome: ExportOutcome) {
    if failure == nil { failure = outcome }
  }

  private func end() async -> ExportOutcome {
    var outcome = failure ?? .finished
    // Without a row on disk there is nothing to go on with.
    if case .givenUp(let reason) = outcome, !output.canGoOn || written.taken.rows == 0 {
      outcome = .failed(reason)
    }
    let isFinished = outcome == .finished
    do {
      try await loop.offload { [output, written] in
        defer { output.release() }
        if isFinished {
          try output.finish()
        } else if written.taken.rows == 0 {
          output.discard()
        } else {
          try output.save(written.kept)
        }
      }
    } catch {
      return failure ?? .failed("\(error)")
    }
    return outcome
  }
}
