import Testing

@testable import Server

@Suite struct PhoneNumberTests {
  @Test(arguments: [
    "9025163111", "89025163111", "79025163111", "+79025163111", "+7 (902) 516-31-11", "8 902 516 31 11",
    "8-902-516-31-11", "(902)516.31.11", " +7 902 5163111 ", "+ 7 902 516 31 11",
  ])
  func allFormsOfCode7AreOneNumber(_ text: String) {
    let phone = PhoneNumber(text)
    #expect(phone?.code == "7")
    #expect(phone?.number == "9025163111")
    #expect(phone?.international == "+79025163111")
  }

  @Test(arguments: [
    ("+1 650-253-0000", "1", "6502530000"), ("+44 20 7946 0958", "44", "2079460958"),
    ("+380 44 123 45 67", "380", "441234567"), ("+375291234567", "375", "291234567"),
    ("+49 30 901820", "49", "30901820"), ("+2901234", "290", "1234"), ("+813 1234 5678", "81", "312345678"),
    ("+998 90 123 45 67", "998", "901234567"), ("+599123456789012", "599", "123456789012"),
  ])
  func otherCountriesHaveTheirCode(_ text: String, _ code: String, _ number: String) {
    #expect(PhoneNumber(text)?.code == code)
    #expect(PhoneNumber(text)?.number == number)
  }

  @Test(arguments: [
    "", "+", "7", "902516311", "902516311a", "+7902516311", "+790251631111", "99025163111", "+0 123 456 789",
    "++79025163111", "9025163111+", "7+9025163111", "+1234567890123456", "+491234", "٩٠٢٥١٦٣١١١",
    "9025163111\0", "9025163111\n", "123456789012", "tel:+79025163111",
    String(repeating: "9", count: 100_000),
  ])
  func otherTextsAreNone(_ text: String) { #expect(PhoneNumber(text) == nil) }
}
