import Glibc

/// An error number in the system's words.
enum SystemErrorText {
    static func of(_ code: Int32) -> String { String(cString: strerror(code)) }
}
