import Testing

@testable import Postgres

/// What a pipelined connection is told, written as transcripts: commands sent, results in, actions out.
@Suite struct PipelineTests {
  typealias Transcript = PipelineTranscript

  @Test func aGroupOfReadsIsAnsweredInOrder() {
    let pipeline = Transcript()
    pipeline.sent("query a", "query b", "sync")
    #expect(pipeline.received("ok") == "deliver a")
    pipeline.ended()
    #expect(pipeline.received("ok") == "deliver b")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
    #expect(pipeline.isEmpty)
  }

  @Test func aFailureInAGroupSendsTheOthersAgain() {
    let pipeline = Transcript()
    pipeline.sent("query a", "query b", "query c", "sync", "query d", "sync")
    #expect(pipeline.received("ok") == "deliver a")
    pipeline.ended()
    #expect(pipeline.received("error") == "fail b")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "again c")
    pipeline.ended()
    // The retry goes behind what was already sent.
    pipeline.sent("query c", "sync")
    #expect(pipeline.received("sync") == "nothing")
    #expect(pipeline.received("ok") == "deliver d", "the next group is none of the failure's business")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
    #expect(pipeline.received("ok") == "deliver c")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
    #expect(pipeline.isEmpty)
  }

  @Test func aFailedPreparationFailsItsQueryOnly() {
    let pipeline = Transcript()
    pipeline.sent("prepare s1 for a", "query a", "query b", "sync")
    #expect(pipeline.received("error") == "unprepared s1, fail a")
    pipeline.ended()
    // The connection settles `a` with the error of the preparation, so that this changes nothing.
    #expect(pipeline.received("aborted") == "again a")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "again b")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
    #expect(pipeline.isEmpty)
  }

  @Test func aPreparationBehindAFailureIsForgotten() {
    let pipeline = Transcript()
    pipeline.sent("query a", "prepare s1 for b", "query b", "sync")
    #expect(pipeline.received("error") == "fail a")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "forget s1")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "again b")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
  }

  @Test func aPreparationAndADeallocationSayNothing() {
    let pipeline = Transcript()
    pipeline.sent("deallocate", "prepare s2 for a", "query a", "sync")
    #expect(pipeline.received("ok") == "nothing")
    pipeline.ended()
    #expect(pipeline.received("ok") == "nothing")
    pipeline.ended()
    #expect(pipeline.received("ok") == "deliver a")
    pipeline.ended()
    #expect(pipeline.received("sync") == "nothing")
  }

  @Test func aDeallocationMayFail() {
    let pipeline = Transcript()
    pipeline.sent("deallocate", "prepare s2 for a", "query a", "sync")
    #expect(pipeline.received("error") == "nothing")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "forget s2")
    pipeline.ended()
    #expect(pipeline.received("aborted") == "again a")
  }

  @Test(arguments: [
    ("sync", "ok"), ("sync", "error"), ("sync", "aborted"), ("sync", "copy"), ("query a", "sync"),
    ("query a", "copy"), ("prepare s1 for a", "sync"), ("deallocate", "sync"), ("deallocate", "copy"),
  ])
  func whatDoesNotFitIsNotTrusted(sent: String, received: String) {
    let pipeline = Transcript()
    pipeline.sent(sent, "sync")
    #expect(pipeline.received(received) == "give up")
  }

  @Test func aResultThatNobodyAskedForIsNotTrusted() {
    let pipeline = Transcript()
    #expect(pipeline.received("ok") == "give up")
    #expect(!pipeline.commandEnded())
    pipeline.sent("query a", "sync")
    #expect(pipeline.received("ok") == "deliver a")
    #expect(pipeline.received("ok") == "give up", "one result for each command")
  }

  @Test func anEndWithoutAResultIsNotTrusted() {
    let pipeline = Transcript()
    pipeline.sent("query a", "sync")
    #expect(!pipeline.commandEnded(), "else the caller of a would wait for ever")
    #expect(pipeline.abandoned() == ["a"])
  }

  @Test func whoIsAbandonedIsNamedOnceAndInOrder() {
    let pipeline = Transcript()
    pipeline.sent("prepare s1 for a", "query a", "query b", "sync", "query c", "sync")
    #expect(pipeline.received("ok") == "nothing")
    pipeline.ended()
    #expect(pipeline.abandoned() == ["a", "b", "c"])
    #expect(pipeline.isEmpty)
    #expect(pipeline.abandoned() == [])
    #expect(pipeline.received("ok") == "give up")
  }

  @Test func longPipelinesKeepTheirOrder() {
    let pipeline = Transcript()
    var next = 0
    for index in 0..<2000 {
      pipeline.sent("query \(index)", "sync")
      guard index % 3 == 0 else { continue }
      #expect(pipeline.received("ok") == "deliver \(next)")
      pipeline.ended()
      #expect(pipeline.received("sync") == "nothing")
      next += 1
    }
    #expect(pipeline.queries == 2000 - next)
    #expect(pipeline.abandoned() == (next..<2000).map { "\($0)" })
  }

  @Test func onlyQueriesCountAsLoad() {
    let pipeline = Transcript()
    pipeline.sent("prepare s1 for a", "query a", "sync")
    #expect(pipeline.queries == 1)
    _ = pipeline.received("ok")
    pipeline.ended()
    #expect(pipeline.queries == 1)
    _ = pipeline.received("ok")
    pipeline.ended()
    #expect(pipeline.queries == 0)
    #expect(!pipeline.isEmpty)
  }

  @Test func theOldestWaitFirst() {
    let pipeline = Transcript()
    pipeline.sent("query a", "query b", "sync", "query c", "sync")
    #expect(pipeline.waiting(atMost: 2) == ["a", "b"])
  }
}

/// A pipeline whose commands, results and actions are words.
final class PipelineTranscript {
  final class Name {
    let text: String
    init(_ text: String) { self.text = text }
  }

  private var pipeline = Pipeline<Name, String>()

  var isEmpty: Bool { pipeline.isEmpty }
  var queries: Int { pipeline.queries }

  func sent(_ commands: String...) {
    for command in commands {
      let words = command.split(separator: " ").map { String($0) }
      switch words[0] {
      case "query": pipeline.sent(.query(Name(words[1])))
      case "prepare":
        let plan = UInt32(words[1].dropFirst()) ?? 0
        pipeline.sent(.prepare("s", plan: plan, for: Name(words[3])))
      case "deallocate": pipeline.sent(.deallocate)
      default: pipeline.sent(.sync)
      }
    }
  }

  func received(_ result: String) -> String {
    let outcomes: [String: Pipeline<Name, String>.Outcome] = [
      "ok": .success, "error": .failure, "aborted": .aborted, "sync": .sync, "copy": .copy,
    ]
    switch pipeline.received(outcomes[result] ?? .copy) {
    case .nothing: return "nothing"
    case .deliver(let ticket): return "deliver \(ticket.text)"
    case .fail(let ticket): return "fail \(ticket.text)"
    case .failPreparation(let statement, let plan, let ticket):
      return "unprepared \(statement)\(plan), fail \(ticket.text)"
    case .forgetPreparation(let statement, let plan): return "forget \(statement)\(plan)"
    case .sendAgain(let ticket): return "again \(ticket.text)"
    case .giveUp: return "give up"
    }
  }

  func commandEnded() -> Bool { pipeline.commandEnded() }

  func ended(_ location: SourceLocation = #_sourceLocation) {
    let hasEnded = pipeline.commandEnded()
    #expect(hasEnded, sourceLocation: location)
  }

  func abandoned() -> [String] { pipeline.abandon().map(\.text) }

  func waiting(atMost limit: Int) -> [String] {
    var names: [String] = []
    pipeline.forEachWaiting {
      names.append($0.text)
      return names.count < limit
    }
    return names
  }
}
