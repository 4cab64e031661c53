import Curl
import JSON

/// What our server says about the ids of customers. Ids are drawn before the rows that get them can be seen, so a row
/// may still appear below the highest id there is; it cannot below a settled one.
struct Watermark: Equatable, Sendable {
  /// No row with this id or a lower one can still appear, unless its id is given.
  var settled: Int64
  /// The highest id that was drawn, was announced by a load or is there.
  var highest: Int64
  /// What the rest waits for: transactions that write customers, and loads that are not finished.
  var transactions: Int64
  var loads: Int64

  /// Time alone changes something.
  var isMoving: Bool { transactions > 0 || loads > 0 }

  init(settled: Int64, highest: Int64, transactions: Int64 = 0, loads: Int64 = 0) {
    self.settled = settled
    self.highest = highest
    self.transactions = transactions
    self.loads = loads
  }

  /// Reads the body of the answer; nil for anything else.
  init?(_ body: ReceiveBuffer) {
    let members = body.bytes.withBytes { bytes in try? JSONObject.parse(bytes) }
    guard let members else { return nil }
    func number(_ name: String) -> Int64? {
      for member in members where member.name == name {
        if case .number(let text) = member.value { return Int64(text).flatMap { $0 >= 0 ? $0 : nil } }
      }
      return nil
    }
    guard let settled = number("settled"), let highest = number("highest"),
      let transactions = number("transactions"), let loads = number("loads")
    else { return nil }
    self.init(settled: settled, highest: highest, transactions: transactions, loads: loads)
  }
}

extension Watermark: CustomStringConvertible {
  /// For a word to the user: what is settled and what the rest waits for.
  var description: String {
    "ids up to \(settled) of \(highest) are settled; open transactions: \(transactions), unfinished loads: \(loads)"
  }
}
