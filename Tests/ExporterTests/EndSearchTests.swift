import Testing

@testable import Exporter

@Suite struct EndSearchTests {
  @Test(
    arguments: [
      [], [1], [.max], [1, .max], Array(1...1000), (1...100_000).map { $0 * 10 }, [5_000_000_000],
      Array(1...1000) + [10_000_000_000, .max - 1],
    ] as [[Int64]], [0, 1, 999, 500_000] as [Int64])
  func findsTheEndInAFewQuestions(_ ids: [Int64], _ start: Int64) {
    let table = SimulatedTable(ids: ids)
    var search = EndSearch(after: start)
    var questions = 0
    while let question = search.question, questions < 200 {
      search.answer(question, table.page(after: question, records: 1).first)
      questions += 1
    }
    #expect(questions < 120)
    let end = max(start, ids.last ?? 0)
    #expect(search.low <= end)
    #expect(Double(search.low) >= Double(end) * 0.97 - 2)
  }
}
