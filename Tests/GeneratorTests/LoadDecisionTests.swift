import Testing

@testable import Generator

@Suite struct LoadDecisionTests {
  private func request(
    _ mode: GeneratorSettings.OnRows = .refuse, rows: Int64 = 100, seed: Int64 = 1, sample: Int64 = 7
  ) -> LoadRequest {
    LoadRequest(rows: rows, seed: seed, mode: mode, sample: sample)
  }

  private func record(
    _ request: LoadRequest, from first: Int64 = 1, finished: [ClosedRange<Int64>], isOver: Bool = false
  ) -> LoadRecord {
    LoadRecord(
      identifier: 3, request: request, ids: first...(first + request.rows - 1), finished: finished,
      isOver: isOver)
  }

  private func decide(
    _ request: LoadRequest, highest: Int64? = nil, _ record: LoadRecord? = nil, present: Int64? = nil
  ) throws(LoadError) -> LoadDecision {
    try LoadDecision(
      request, in: LoadDecision.Situation(highest: highest, record: record, present: present))
  }

  @Test func withoutALoadBefore() throws {
    for mode in [.refuse, .append, .replace] as [GeneratorSettings.OnRows] {
      #expect(try decide(request(mode)) == .begin(1...100, forgets: true))
    }
    #expect(throws: LoadError.tableHasRows(highest: 10)) { try decide(request(), highest: 10) }
    #expect(try decide(request(.append), highest: 10) == .begin(11...110, forgets: false))
    #expect(try decide(request(.replace), highest: 10) == .begin(1...100, forgets: true))
    #expect(try decide(request(.append), highest: .max - 100) == .begin(.max - 99 ... .max, forgets: false))
    #expect(throws: LoadError.idsRunOut(highest: .max - 99)) {
      try decide(request(.append), highest: .max - 99)
    }
  }

  /// Somebody drew ids and rolled back: nothing may appear among them, since they count as settled.
  @Test func appendedRowsComeBehindIDsThatWereDrawn() throws {
    for (drawn, first) in [(50, 51), (10, 11), (3, 11)] as [(Int64, Int64)] {
      let situation = LoadDecision.Situation(highest: 10, drawn: drawn)
      #expect(
        try LoadDecision(request(.append), in: situation) == .begin(first...first + 99, forgets: false))
    }
  }

  @Test func theSameRequestGoesOn() throws {
    for mode in [.refuse, .append, .replace] as [GeneratorSettings.OnRows] {
      let begun = record(request(mode), finished: [1...10, 21...30])
      // Others may have rows behind it by now.
      for highest in [30, 500] as [Int64] {
        #expect(try decide(request(mode), highest: highest, begun, present: 20) == .goOn(begun))
      }
      let announced = record(request(mode), from: 11, finished: [])
      #expect(try decide(request(mode), highest: 10, announced, present: 0) == .goOn(announced))
      #expect(try decide(request(mode), announced, present: 0) == .goOn(announced))
      // Killed between the last row and the word that all is done.
      let whole = record(request(mode), finished: [1...100])
      #expect(try decide(request(mode), highest: 100, whole, present: 100) == .goOn(whole))
    }
  }

  @Test func anotherRequestIsRefused() throws {
    let begun = record(request(), finished: [1...10])
    for other in [request(rows: 101), request(seed: 2), request(.append), request(sample: 8)] {
      #expect(throws: LoadError.unfinished(begun, other)) { try decide(other, highest: 10, begun) }
    }
    let error = #expect(throws: LoadError.self) { try decide(request(seed: 2), highest: 10, begun) }
    #expect("\(try #require(error))".contains("`generator --rows 100 --seed 1`"))
    let version = #expect(throws: LoadError.self) { try decide(request(sample: 8), highest: 10, begun) }
    #expect("\(try #require(version))".contains("version"))
    // Nothing of it is in the table: it is in nobody's way.
    let announced = record(request(), finished: [])
    #expect(try decide(request(seed: 2), announced) == .begin(1...100, forgets: true))
  }

  @Test func replaceIsTheWayOut() throws {
    let begun = record(request(), finished: [1...10])
    #expect(try decide(request(.replace), highest: 10, begun) == .begin(1...100, forgets: true))
    let replacing = record(request(.replace), finished: [1...10])
    #expect(try decide(request(.replace), highest: 10, replacing, present: 10) == .goOn(replacing))
    #expect(
      try decide(request(.replace), highest: 9, replacing, present: 9) == .begin(1...100, forgets: true))
    let over = record(request(.replace), finished: [1...100], isOver: true)
    #expect(
      try decide(request(.replace), highest: 100, over, present: 100) == .begin(1...100, forgets: true))
  }

  /// Rows of the load are gone, or others lie among its ids: to go on would not give the table that was asked for.
  @Test(arguments: [0, 9, 11] as [Int64])
  func aLoadThatOthersChangedIsRefused(present: Int64) throws {
    for mode in [.refuse, .append] as [GeneratorSettings.OnRows] {
      let begun = record(request(mode), finished: [1...10])
      #expect(throws: LoadError.loadWasChanged(begun)) {
        try decide(request(mode), highest: 500, begun, present: present)
      }
    }
  }

  @Test func whoEmptiesTheTableEndsTheLoad() throws {
    let begun = record(request(), finished: [1...10])
    #expect(try decide(request(), begun, present: 0) == .begin(1...100, forgets: true))
    #expect(try decide(request(.append, rows: 5), begun) == .begin(1...5, forgets: true))
  }

  /// A run that is killed after its last commit has loaded all, and whoever runs it again is told so.
  @Test func aLoadThatIsOverIsNotRefused() throws {
    let over = record(request(), finished: [1...100], isOver: true)
    #expect(try decide(request(), highest: 100, over, present: 100) == .nothingToDo(over))
    #expect(try decide(request(), highest: 200, over, present: 100) == .nothingToDo(over))
    #expect(throws: LoadError.tableHasRows(highest: 100)) {
      try decide(request(), highest: 100, over, present: 99)
    }
    #expect(throws: LoadError.tableHasRows(highest: 100)) { try decide(request(seed: 2), highest: 100, over) }
    #expect(try decide(request(), over, present: 0) == .begin(1...100, forgets: true))
    // A second one appended is what was asked for.
    let appended = record(request(.append), finished: [1...100], isOver: true)
    #expect(
      try decide(request(.append), highest: 100, appended, present: 100) == .begin(101...200, forgets: false))
  }
}
