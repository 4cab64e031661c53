import Testing

@testable import Server

/// What the database said, sample after sample, and what is settled after each.
@Suite struct SettledIDsTests {
  /// Names of transactions; those that end with `!` are prepared.
  private static func sample(
    _ drawn: Int64, _ holders: String = "", start: Int64 = 1, sequence: Int64 = 1
  ) -> SettledIDs.Sample {
    let names = holders.split(separator: " ").map { name in
      SettledIDs.Holder(transaction: String(name), isPrepared: name.hasSuffix("!"))
    }
    return SettledIDs.Sample(era: .init(start: start, sequence: sequence), drawn: drawn, holders: Set(names))
  }

  /// What is settled after each of the samples.
  private func transcript(_ samples: [SettledIDs.Sample]) -> [Int64] {
    var ids = SettledIDs()
    return samples.map {
      ids.take($0, of: ids.beginRound())
      return ids.settled
    }
  }

  private func transcript(_ samples: (Int64, String)...) -> [Int64] {
    transcript(samples.map { Self.sample($0.0, $0.1) })
  }

  @Test func withoutWritersAllThatIsDrawnIsSettled() {
    #expect(transcript((0, ""), (10, ""), (10, ""), (25, "")) == [0, 10, 10, 25])
  }

  @Test func whatIsDrawnSettlesWhenThoseThatHeldLocksAreGone() {
    // `b` comes later, so what had been drawn before does not wait for it.
    #expect(transcript((10, "a"), (20, "a b"), (30, "b"), (30, "b c"), (40, "c")) == [0, 0, 10, 10, 30])
    #expect(transcript((10, "a"), (20, "a b"), (30, "a"), (40, "")) == [0, 0, 0, 40])
  }

  @Test func aTransactionThatStaysHoldsDownOnlyWhatCameWithIt() {
    #expect(transcript((10, ""), (20, "a"), (900, "a x"), (950, "a y")) == [10, 10, 10, 10])
  }

  @Test func aPreparedTransactionStandsForTheSessionThatIsGone() {
    #expect(transcript((10, "a"), (10, "p!"), (12, "p!"), (12, "")) == [0, 0, 0, 12])
    // It has been there before, so it is not what became of `a`.
    #expect(transcript((10, "p!"), (20, "a p!"), (30, "p!"), (30, "")) == [0, 0, 0, 30])
    #expect(
      transcript((5, ""), (10, "a"), (20, "a p!"), (30, "q! p!"), (30, "q!"), (30, "")) == [
        5, 5, 5, 5, 5, 30,
      ])
  }

  /// Prepared transactions that come and go do not hold down for ever what one session had begun.
  @Test func preparedTransactionsDoNotStandForEachOther() {
    #expect(transcript((10, "a"), (20, "p!"), (30, "q!"), (40, "r!")) == [0, 0, 20, 30])
  }

  @Test func aNewEraKnowsNothingOfTheOldOne() {
    let samples = [
      Self.sample(100), Self.sample(100, "a", start: 2), Self.sample(120, start: 2),
      Self.sample(130, "b", start: 2, sequence: 2), Self.sample(130, start: 2, sequence: 2),
    ]
    #expect(transcript(samples) == [100, 0, 120, 0, 130])
  }

  @Test func aSequenceThatWasSetBackForgetsAll() {
    #expect(transcript((100, ""), (50, "a"), (60, "b"), (60, "")) == [100, 0, 50, 60])
    #expect(transcript((100, "a"), (50, "a"), (50, "")) == [0, 0, 50])
  }

  @Test func aSampleThatWasOvertakenIsIgnored() {
    var ids = SettledIDs()
    ids.take(Self.sample(10, "a"), of: ids.beginRound())
    let slow = ids.beginRound()
    let quick = ids.beginRound()
    ids.take(Self.sample(20, "a b"), of: quick)
    // Taken before `b` was there; it would let 20 be settled though `b` may have drawn it.
    ids.take(Self.sample(20, ""), of: slow)
    #expect(ids.settled == 0)
    ids.take(Self.sample(20, "b"), of: ids.beginRound())
    #expect(ids.settled == 10)
  }

  @Test func manyCheckpointsAreThinnedOutAndStayTrue() {
    var ids = SettledIDs()
    var writers: [String] = []
    for id in 1...500 as ClosedRange<Int64> {
      writers.append("w\(id)")
      ids.take(Self.sample(id, writers.joined(separator: " ")), of: ids.beginRound())
    }
    #expect(ids.settled == 0)
    // They end in order; what is settled never runs ahead of them.
    var last: Int64 = 0
    for id in 1...500 as ClosedRange<Int64> {
      writers.removeFirst()
      ids.take(Self.sample(500, writers.joined(separator: " ")), of: ids.beginRound())
      #expect(ids.settled <= id)
      #expect(ids.settled >= last)
      last = ids.settled
    }
    #expect(ids.settled == 500)
  }
}
