/// A phone's number as the table `phones` has it: the code of a country (E.164), and what is dialed behind it.
struct PhoneNumber: Equatable, Sendable {
  let code: String
  let number: String

  /// As it stands in `customers.mobile_phone`: `+79025163111`.
  var international: String { "+\(code)\(number)" }

  /// Reads what people write: digits, with blanks, dots, hyphens and parentheses between them.
  ///
  /// Numbers of code 7 may come with `+7`, with `7`, with the `8` that is dialed for it at home, or as their ten digits
  /// alone. All others begin with `+` and their code. Nil for everything else.
  init?(_ text: some StringProtocol) {
    var digits: [UInt8] = []
    var isInternational = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "+") where !isInternational && digits.isEmpty: isInternational = true
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"):
        break
      default: return nil
      }
      guard digits.count <= Self.mostDigits else { return nil }
    }
    if !isInternational {
      switch (digits.count, digits.first) {
      case (10, _): digits.insert(UInt8(ascii: "7"), at: 0)
      case (11, UInt8(ascii: "8")): digits[0] = UInt8(ascii: "7")
      case (11, UInt8(ascii: "7")): break
      default: return nil
      }
    }
    guard let length = Self.codeLength(digits), Self.fits(digits.count - length, behind: digits[..<length])
    else { return nil }
    code = String(decoding: digits[..<length], as: UTF8.self)
    number = String(decoding: digits[length...], as: UTF8.self)
  }

  /// What a text must be like, for messages.
  static let expectation =
    "must be a phone number: ten digits, with +7, 7 or 8 before them or not, or + and the code of another country"

  /// Digits of a whole number at most (E.164).
  private static let mostDigits = 15

  /// How many of the digits are the country's code: its first digits tell. Source: ITU-T E.164, assigned codes.
  private static func codeLength(_ digits: [UInt8]) -> Int? {
    guard digits.count > 3, digits[0] != UInt8(ascii: "0") else { return nil }
    let first = digits[0] - 0x30
    if first == 1 || first == 7 { return 1 }
    return codesOfTwoDigits.contains(first * 10 + digits[1] - 0x30) ? 2 : 3
  }

  private static let codesOfTwoDigits: Set<UInt8> = [
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61,
    62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
  ]

  /// Behind code 7 there are ten digits; all others have seven at least, code and all.
  private static func fits(_ length: Int, behind code: ArraySlice<UInt8>) -> Bool {
    code.elementsEqual([UInt8(ascii: "7")]) ? length == 10 : code.count + length >= 7
  }
}
