import Progress
import Testing

@Suite struct HumanNumberTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func groups(value: Int, text: String) {
    #expect(grouped(value) == text)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (999.6, "1.00k"), (1820, "1.82k"), (18_240, "18.2k"), (182_400, "182k"),
    (999_600, "1.00M"), (1e18, "1000000T"), (-1, "0"), (Double.nan, "0"), (Double.infinity, "0"),
  ])
  func scales(value: Double, text: String) {
    #expect(scaled(value) == text)
  }

  @Test func bytes() {
    #expect(bytesText(0) == "0 B")
    #expect(bytesText(31_240_000) == "31.2 MB")
  }

  @Test func times() {
    #expect(clockText(milliseconds: -5) == "0:00")
    #expect(clockText(milliseconds: 7_400) == "0:07")
    #expect(clockText(milliseconds: 59_999) == "1:00")
    #expect(clockText(milliseconds: 3_723_000) == "1:02:03")
    #expect(elapsedText(milliseconds: 42) == "0.042 s")
    #expect(elapsedText(milliseconds: 7_300) == "7.3 s")
    #expect(elapsedText(milliseconds: 65_000) == "1:05")
  }
}
