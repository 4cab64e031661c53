import Testing

@testable import Personas

/// What the reader takes for granted about the resource.
@Suite struct PersonaDataTests {
  private let data = PersonaData.embedded

  /// The longest text that a list can give; stops at formats that the reader does not know.
  private func longest(_ list: TextList, depth: Int = 0) -> Int {
    guard depth < 8 else { return .max / 2 }
    return (0..<Int(list.count)).map { index in
      let text = data.text(list.entry(at: index))
      guard list.kind.contains(.formats) else { return text.count }
      var length = 0
      var place = 0
      while place < text.count {
        switch text[place] {
        case 1:
          #expect((1...8).contains(text[place + 1]))
          length += Int(text[place + 1])
          place += 2
        case 2, 3:
          length += 1
          place += 1
        case 4:
          let number = Int(text[place + 1]) | Int(text[place + 2]) << 8
          guard number < data.listCount - 1 else { return .max / 2 }
          length += longest(data.list(number), depth: depth + 1)
          place += 3
        case 5:
          length += Int(text[place + 1])
          place += 2 + Int(text[place + 1])
        default:
          Issue.record("no such operation: \(text[place])")
          return .max / 2
        }
      }
      #expect(place == text.count)
      return length
    }.max() ?? 0
  }

  @Test func noExpansionIsTooLong() {
    for number in 0..<data.listCount - 1 {
      let list = data.list(number)
      #expect(list.count > 0 && longest(list) <= Scratch.longest)
    }
  }

  @Test func everyTextIsUTF8() {
    for number in 0..<data.listCount - 1 {
      let list = data.list(number)
      guard !list.kind.contains(.formats) else { continue }
      for index in 0..<Int(list.count) {
        let text = data.text(list.entry(at: index))
        #expect(String(validating: text, as: UTF8.self)?.isEmpty == false)
      }
    }
  }

  @Test func everyNameHasAnASCIIForm() {
    for index in 0..<data.localeCount {
      let locale = data.locale(index)
      for part in [Locale.Part.firstNamesMale, .firstNamesFemale, .lastNamesMale, .lastNamesFemale] {
        let list = locale.list(part, data)
        #expect(list.kind.contains(.names))
        for index in 0..<Int(list.count) {
          let name = data.text(list.entry(at: index))
          guard let start = name.baseAddress else { continue }
          let count = Int((start + name.count).load(as: UInt8.self))
          let ascii = UnsafeRawBufferPointer(start: start + name.count + 1, count: count)
          #expect(count <= 20 && ascii.allSatisfy { (0x61...0x7A).contains($0) })
          if count == 0 {
            #expect(name.count <= 20 && name.allSatisfy { (0x61...0x7A).contains($0 | 0x20) })
          }
        }
      }
    }
  }

  @Test func localesAreManyAndDifferent() {
    let codes = (0..<data.localeCount).map { String(decoding: data.locale($0).code(data), as: UTF8.self) }
    #expect(Set(codes).count == data.localeCount && data.localeCount >= 12)
    #expect(codes.contains("en_US") && codes.contains("ru_RU") && codes.contains("ja_JP"))
  }

  /// Smith is the most common name of Faker's en_US; with equal weights it would be one in a thousand.
  @Test func weightsAreFakers() {
    guard let american = (0..<data.localeCount).map(data.locale).first(where: { $0.callingCode == 1 }) else {
      return #expect(Bool(false))
    }
    var draws = Draws(key: 1)
    var smiths = 0
    for _ in 0..<100_000 {
      let name = data.text(american.list(.lastNamesMale, data).entry(&draws))
      if name.elementsEqual("Smith".utf8) { smiths += 1 }
    }
    // Its share is 0.0217.
    #expect((1950...2400).contains(smiths), "\(smiths)")
  }
}
