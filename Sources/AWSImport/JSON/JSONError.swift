/// Why a text is not JSON that we read.
struct JSONError: Error {
    let line: Int
    let column: Int
    let message: String
}
