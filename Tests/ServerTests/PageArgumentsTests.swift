import HTTP
import Testing

@testable import Server

@Suite struct PageArgumentsTests {
  func read(_ values: [(String, GivenValue)]) throws -> PageArguments {
    var given = GivenArguments()
    for (name, value) in values { given.add(name, value) }
    return try PageArguments(given)
  }

  func faults(_ values: [(String, GivenValue)]) -> [String] {
    do {
      _ = try read(values)
      return []
    } catch let problem as Problem {
      #expect(problem.status == .badRequest)
      return problem.faults.map(\.name)
    } catch {
      Issue.record("\(error)")
      return []
    }
  }

  @Test func theDefaultIsAHundredRecords() throws {
    let arguments = try read([("previous_id", .text("7"))])
    #expect(arguments.previousID == 7)
    #expect(arguments.records == 100)
  }

  @Test(arguments: ["0", "-1", "-9223372036854775808", "9223372036854775807", "007"])
  func anyIntegerIsAPreviousID(_ text: String) throws {
    #expect(try read([("previous_id", .text(text))]).previousID == Int64(text))
    #expect(try read([("previous_id", .number(text))]).previousID == Int64(text))
  }

  @Test(arguments: [
    "", " ", "1.5", "1e3", "true", "null", "abc", "0x10", "+5", " 5", "5 ", "١", "--1", "-", "1_000",
    "9223372036854775808", "-9223372036854775809", "99999999999999999999999999",
  ])
  func whatIsNoIntegerIsRefusedByName(_ text: String) {
    #expect(faults([("previous_id", .text(text))]) == ["previous_id"])
    #expect(faults([("previous_id", .text("1")), ("records", .text(text))]) == ["records"])
  }

  @Test(arguments: [
    GivenValue.other("true"), .other("null"), .other("an array"), .number("1.0"), .number("1e3"),
  ])
  func otherJSONValuesAreRefused(_ value: GivenValue) {
    #expect(faults([("previous_id", value)]) == ["previous_id"])
  }

  @Test func previousIDIsMandatory() {
    #expect(faults([]) == ["previous_id"])
    #expect(faults([("records", .text("10"))]) == ["previous_id"])
    #expect(faults([("Previous_ID", .text("10"))]) == ["previous_id"])
  }

  @Test func recordsIsBetweenOneAndAThousand() throws {
    for records in ["1", "1000"] {
      #expect(try read([("previous_id", .text("1")), ("records", .text(records))]).records == Int(records))
    }
    for records in ["0", "1001", "-1", "9223372036854775807"] {
      #expect(faults([("previous_id", .text("1")), ("records", .text(records))]) == ["records"])
    }
  }

  @Test func oneNameMayNotHaveTwoValues() throws {
    #expect(try read([("previous_id", .text("5")), ("previous_id", .number("5"))]).previousID == 5)
    #expect(faults([("previous_id", .text("5")), ("previous_id", .text("6"))]) == ["previous_id"])
    #expect(faults([("previous_id", .text("5")), ("previous_id", .other("null"))]) == ["previous_id"])
  }

  @Test func allThatIsWrongIsNamedAtOnce() {
    #expect(faults([("previous_id", .text("x")), ("records", .text("0"))]) == ["previous_id", "records"])
  }
}
