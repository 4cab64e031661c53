import OpenAPI
import Testing

@Suite struct APIDocumentTests {
  private static let tag = Operation.Tag("Things", "All things.")
  private static let thing = Shape.object([Member("inner", Shape.boolean.named("Inner"))]).named("Thing")
  private static let gone = Answer(404, "No such thing")

  private func document(_ entries: [APIDocument.Entry]) -> JSONLiteral {
    APIDocument(
      title: "Title", version: "1.2", description: "Words", schemes: [.bearer("bearer", "A key")],
      entries: entries, commonFields: [Answer.Field("X-Name", .text(), "On all of them")]
    ).json
  }

  private func entry(_ method: String, _ path: String, _ id: String, needsKey: Bool = true)
    -> APIDocument.Entry
  {
    let operation = Operation(
      id, Self.tag, "Sum", parameters: [.path("id", .integer(0...9), "Which")],
      answers: [Answer(200, "It", .json(Self.thing, example: ["inner": true])), Self.gone])
    let shared = [
      APIDocument.SharedAnswer("NoKey", Answer(401, "No key")), .init("NotFound", Answer(404, "Shared")),
    ]
    return APIDocument.Entry(
      method: method, path: path, needsKey: needsKey, operation: operation,
      sharedAnswers: needsKey ? shared : [])
  }

  @Test func operationsOfOnePathStandTogether() {
    let paths = document([entry("get", "/a", "x"), entry("get", "/b", "y"), entry("post", "/a", "z")])[
      "paths"]
    #expect(paths?.names == ["/a", "/b"])
    #expect(paths?["/a"]?.names == ["get", "post"])
    #expect(paths?["/a"]?["post"]?["operationId"] == "z")
  }

  @Test func ownAnswersGoBeforeSharedOnes() {
    let document = document([entry("get", "/a", "x")])
    let responses = document["paths"]?["/a"]?["get"]?["responses"]
    #expect(responses?.names == ["200", "401", "404"])
    #expect(responses?["401"] == ["$ref": "#/components/responses/NoKey"])
    #expect(responses?["404"]?["description"] == "No such thing")
    #expect(document["components"]?["responses"]?.names == ["NoKey", "NotFound"])
  }

  @Test func whatComesWithEveryAnswerIsSaidOnce() {
    let document = document([entry("get", "/a", "x")])
    let reference: JSONLiteral = ["X-Name": ["$ref": "#/components/headers/X-Name"]]
    let own = document["paths"]?["/a"]?["get"]?["responses"]?["404"]
    #expect(own?["headers"] == reference)
    #expect(document["components"]?["responses"]?["NoKey"]?["headers"] == reference)
    #expect(document["components"]?["headers"]?["X-Name"]?["description"] == "On all of them")
  }

  @Test func namedShapesStandOnceWithThoseTheyReferTo() {
    let schemas = document([entry("get", "/a", "x"), entry("get", "/b", "y")])["components"]?["schemas"]
    #expect(schemas?.names == ["Thing", "Inner"])
    #expect(schemas?["Thing"]?["properties"]?["inner"] == ["$ref": "#/components/schemas/Inner"])
  }

  @Test func whoNeedsNoKeySaysSo() {
    let open = document([entry("get", "/a", "x", needsKey: false)])["paths"]?["/a"]?["get"]
    #expect(open?["security"] == [])
    #expect(open?["responses"]?.names == ["200", "404"])
    #expect(document([entry("get", "/a", "x")])["paths"]?["/a"]?["get"]?["security"] == [["bearer": []]])
  }
}

extension JSONLiteral {
  fileprivate subscript(name: String) -> JSONLiteral? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  fileprivate var names: [String] {
    guard case .object(let members) = self else { return [] }
    return members.map(\.name)
  }
}
