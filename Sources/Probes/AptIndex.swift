/// What `apt` needs of a repository's two index files.
enum AptIndex {
    /// The SHA-256 and size of a file, from the signed part of an InRelease.
    ///
    /// Lines outside the signature's brackets count for nothing.
    static func checksum(of path: String, inRelease: String) -> (sha256: String, size: Int)? {
        var isSigned = false
        var inSection = false
        for line in inRelease.split(separator: "\n", omittingEmptySubsequences: false) {
            if line == "-----BEGIN PGP SIGNED MESSAGE-----" {
                isSigned = true
            } else if line == "-----BEGIN PGP SIGNATURE-----" {
                break
            } else if isSigned, line.hasPrefix(" ") {
                let fields = line.split(separator: " ")
                guard inSection, fields.count == 3, fields[2] == path, isSHA256(fields[0]), let size = Int(fields[1])
                else { continue }
                return (String(fields[0]).lowercased(), size)
            } else {
                inSection = line == "SHA256:"
            }
        }
        return nil
    }

    /// Where a package's file lies, and what it must be.
    struct Package: Hashable {
        var filename = ""
        var sha256 = ""
        var size = -1
        var version = ""
    }

    /// The first paragraph about the package. Versions are not compared: a lab's mirror has one of each.
    static func package(_ name: String, in packages: String) -> Package? {
        var current = Package()
        var isWanted = false
        for line in packages.split(separator: "\n", omittingEmptySubsequences: false) + [Substring()] {
            if line.isEmpty {
                // A path that climbs out or names another host is no file of this repository.
                if isWanted, isSHA256(current.sha256[...]), current.size >= 0, isPath(current.filename) {
                    return current
                }
                current = Package()
                isWanted = false
                continue
            }
            guard let colon = line.firstIndex(of: ":"), line.first != " " else { continue }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon] {
            case "Package": isWanted = value == name
            case "Filename": current.filename = value
            case "SHA256": current.sha256 = value.lowercased()
            case "Size": current.size = Int(value) ?? -1
            case "Version": current.version = value
            default: break
            }
        }
        return nil
    }

    private static func isSHA256(_ text: Substring) -> Bool {
        text.utf8.count == 64 && text.allSatisfy(\.isHexDigit)
    }

    private static func isPath(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy({ 33...126 ~= $0 }) && !text.hasPrefix("/")
            && !text.split(separator: "/").contains("..")
    }
}
