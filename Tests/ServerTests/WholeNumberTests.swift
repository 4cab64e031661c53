import Testing

@testable import Server

@Suite struct WholeNumberTests {
  private static let whole: [(text: String, number: Int64)] = [
    ("0", 0), ("-0", 0), ("5", 5), ("-5", -5), ("1.0", 1), ("-1.000", -1), ("1e3", 1000), ("1E+3", 1000),
    ("100e-2", 1),
    ("1.5e1", 15), ("0.05e2", 5), ("0e999999999999999999999", 0), ("0.000e-9999999", 0),
    ("9223372036854775807", .max),
    ("-9223372036854775808", .min), ("9223372036854775807.0", .max), ("922337203685477580.7e1", .max),
  ]

  @Test(arguments: whole) func isRead(_ text: String, _ number: Int64) {
    #expect(WholeNumber.read(text) == number)
  }

  @Test(arguments: [
    "1.5", "-0.1", "1e-1", "15e-2", "9223372036854775808", "-9223372036854775809", "1e19",
    "1e999999999999999999999",
    "1e-999999999999999999999", "1e1000000", "12345678901234567890123",
  ])
  func isNone(_ text: String) { #expect(WholeNumber.read(text) == nil) }
}
