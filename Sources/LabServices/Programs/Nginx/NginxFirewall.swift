/// The web application firewall: ModSecurity with the OWASP core rules, as Debian packages them.
enum NginxFirewall {
    static let module = "/usr/lib/nginx/modules/ngx_http_modsecurity_module.so"
    static let coreRules = "/usr/share/modsecurity-crs/rules"
    private static let coreSetup = "/etc/modsecurity/crs/crs-setup.conf"

    /// ModSecurity's configuration. Bodies over 128 KiB never come here: nginx refuses them, as a size rule of AWS WAF
    /// would.
    static func rules(dataFolder: String) -> String {
        """
        SecRuleEngine On
        SecRequestBodyAccess On
        SecRequestBodyLimit 1048576
        SecRequestBodyNoFilesLimit 1048576
        SecRequestBodyLimitAction Reject
        SecResponseBodyAccess Off
        SecAuditEngine Off
        SecDataDir \(dataFolder)
        SecTmpDir \(dataFolder)
        Include \(coreSetup)
        Include \(coreRules)/*.conf

        """
    }
}
