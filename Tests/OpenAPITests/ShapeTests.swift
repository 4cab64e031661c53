import OpenAPI
import Testing

@Suite struct ShapeTests {
  @Test func aTextHasItsLengths() {
    #expect(Shape.text(1...20).schema == ["type": "string", "minLength": 1, "maxLength": 20])
    #expect(Shape.text(0...20).schema == ["type": "string", "maxLength": 20])
    #expect(Shape.text(pattern: "^a$").schema == ["type": "string", "pattern": "^a$"])
  }

  @Test func nullIsOneMoreType() {
    #expect(Shape.date.orNull.schema == ["type": ["string", "null"], "format": "date"])
    #expect(
      Shape.word(of: ["M", "F"]).orNull.schema == ["type": ["string", "null"], "enum": ["M", "F", nil]])
    #expect(
      Shape.boolean.named("Flag").orNull.schema
        == ["anyOf": [["$ref": "#/components/schemas/Flag"], ["type": "null"]]])
  }

  @Test func anObjectNamesWhatIsRequired() {
    let shape = Shape.object([Member("a", .boolean), Member("b", .boolean, isRequired: false)])
    #expect(
      shape.schema == [
        "type": "object", "properties": ["a": ["type": "boolean"], "b": ["type": "boolean"]],
        "required": ["a"], "additionalProperties": false,
      ])
  }

  @Test func aDefaultIsSaidOnce() {
    let shape = Shape.integer(1...10).defaulting(to: 5).defaulting(to: 7)
    #expect(
      shape.schema == ["type": "integer", "format": "int64", "minimum": 1, "maximum": 10, "default": 7])
  }
}
