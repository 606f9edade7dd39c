#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
  Installs, upgrades or removes the dock as the Windows service EvidenceDock. Written from Microsoft's documentation and
  NOT YET RUN ON WINDOWS: try it on a machine without footage first.
  将采集站安装为 Windows 服务 EvidenceDock。本脚本尚未在 Windows 上实际运行过，请先在没有音像资料的机器上试用。
.PARAMETER Program
  Folder with the published program (dotnet publish src/EvidenceIngest -r win-x64 --self-contained).
.PARAMETER Server
  The server that it delivers to, such as https://evidence.example:8620; needed the first time.
.PARAMETER AskCode
  Asks for the one-time code of "evidence-ingest docks invite". It is never an argument: those can be read by others.
.PARAMETER Uninstall
  Removes the service and the program, never the footage that still waits for the server.
#>
[CmdletBinding(DefaultParameterSetName = 'Install')]
param(
    [Parameter(ParameterSetName = 'Install', Mandatory = $true)] [string] $Program,
    [Parameter(ParameterSetName = 'Install')] [ValidatePattern('^https?://[A-Za-z0-9.:/_\[\]-]+$')] [string] $Server,
    [Parameter(ParameterSetName = 'Install')] [switch] $AskCode,
    [Parameter(ParameterSetName = 'Uninstall', Mandatory = $true)] [switch] $Uninstall
)
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'

$Name = 'EvidenceDock'
$App = Join-Path $env:ProgramFiles 'EvidenceIngest\app'
$State = Join-Path $env:ProgramData 'EvidenceDock'
# A virtual account: no password, and no rights but those given to it here.
$Account = "NT SERVICE\$Name"
# Well-known groups by number, since their names are translated.
$System = '*S-1-5-18'
$Administrators = '*S-1-5-32-544'

function Invoke-Tool([string] $File, [string[]] $Arguments) {
    & $File @Arguments | Out-Host
    if ($LASTEXITCODE -ne 0) { throw "$File $($Arguments[0]) failed with exit code $LASTEXITCODE" }
}

function Stop-Dock {
    $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if ($service -and $service.Status -ne 'Stopped') {
        Stop-Service -Name $Name
        $service.WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
    }
}

function Remove-Dock {
    Stop-Dock
    if (Get-Service -Name $Name -ErrorAction SilentlyContinue) { Invoke-Tool 'sc.exe' @('delete', $Name) }
    foreach ($folder in @($App, "$App.old", "$App.new")) {
        if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse -Force }
    }
    $waiting = @(Get-ChildItem -LiteralPath (Join-Path $State 'dock\staging') -Recurse -Filter '*.bin' -File -ErrorAction SilentlyContinue).Count
    Write-Host "Removed. Kept: $State, in it $waiting files that were not delivered; installing again goes on with them."
    Write-Host "已卸载。$State 予以保留，其中尚有 $waiting 个文件未送达服务器；重新安装后继续上传。"
}

function Install-Program {
    if (-not (Test-Path -LiteralPath (Join-Path $Program 'evidence-ingest.exe'))) { throw "$Program holds no evidence-ingest.exe: publish the program for win-x64 first" }
    if (Test-Path -LiteralPath "$App.new") { Remove-Item -LiteralPath "$App.new" -Recurse -Force }
    New-Item -ItemType Directory -Path "$App.new" -Force | Out-Null
    Copy-Item -Path (Join-Path $Program '*') -Destination "$App.new" -Recurse
    # Before the running one is stopped: the new program must start and accept the site's profiles.
    $env:EVIDENCE_HOME = $State
    Invoke-Tool (Join-Path "$App.new" 'evidence-ingest.exe') @('profiles', 'check')
    Stop-Dock
    if (Test-Path -LiteralPath "$App.old") { Remove-Item -LiteralPath "$App.old" -Recurse -Force }
    if (Test-Path -LiteralPath $App) { Move-Item -LiteralPath $App -Destination "$App.old" }
    Move-Item -LiteralPath "$App.new" -Destination $App
}

function Install-Service {
    $exe = Join-Path $App 'evidence-ingest.exe'
    if (-not (Get-Service -Name $Name -ErrorAction SilentlyContinue)) {
        New-Service -Name $Name -BinaryPathName "`"$exe`" dock" -DisplayName 'EvidenceIngest dock (执法记录仪采集站)' `
            -Description '采集执法记录仪音像资料并送交服务器。 Offloads body-worn recorders.' -StartupType Automatic | Out-Null
    }
    # sc.exe wants the blank after each equals sign.
    Invoke-Tool 'sc.exe' @('config', $Name, 'binPath=', "`"$exe`" dock", 'obj=', $Account, 'start=', 'delayed-auto')
    # An account of its own in access lists, and of all privileges only the one that every process has.
    Invoke-Tool 'sc.exe' @('sidtype', $Name, 'unrestricted')
    Invoke-Tool 'sc.exe' @('privs', $Name, 'SeChangeNotifyPrivilege')
    # Again after 15 s, for ever; a hanging dock ends itself with an error, which counts as a failure too.
    Invoke-Tool 'sc.exe' @('failure', $Name, 'reset=', '86400', 'actions=', 'restart/15000/restart/15000/restart/15000')
    Invoke-Tool 'sc.exe' @('failureflag', $Name, '1')
    $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name"
    New-ItemProperty -Path $key -Name Environment -PropertyType MultiString -Force -Value @("EVIDENCE_HOME=$State", 'DOTNET_EnableDiagnostics=0') | Out-Null
}

function Install-State {
    foreach ($folder in @($State, (Join-Path $State 'secrets'))) { New-Item -ItemType Directory -Path $folder -Force | Out-Null }
    # Nobody else reads footage or secrets: nothing is inherited from ProgramData.
    Invoke-Tool 'icacls.exe' @($State, '/inheritance:r', '/grant:r', "${System}:(OI)(CI)F", "${Administrators}:(OI)(CI)F", "${Account}:(OI)(CI)M", '/Q')
    # The program can't be changed by the service that runs it: Program Files gives it reading and nothing more.
    $config = Join-Path $State 'config.json'
    if ($Server -and -not (Test-Path -LiteralPath $config)) {
        [IO.File]::WriteAllText($config, (@{ Dock = @{ Server = $Server } } | ConvertTo-Json))
    }
    elseif ($Server -and -not (Get-Content -LiteralPath $config -Raw).Contains("`"$Server`"")) {
        throw "$config names another server than ${Server}: change it there, then: Restart-Service $Name"
    }
    if ($AskCode) {
        $secret = Read-Host 'one-time code / 一次性登记码' -AsSecureString
        $code = [Net.NetworkCredential]::new('', $secret).Password.Trim()
        if (-not $code) { throw 'no code was given' }
        [IO.File]::WriteAllText((Join-Path $State 'secrets\enrolment.code'), $code)
    }
}

if ($Uninstall) {
    Remove-Dock
    return
}
if (-not $Server -and -not (Test-Path -LiteralPath (Join-Path $State 'config.json'))) { throw '-Server is needed the first time' }
Install-Program
Install-Service
# After the service is known: its account has no number before.
Install-State
Start-Service -Name $Name
Get-Service -Name $Name
if (-not (Test-Path -LiteralPath (Join-Path $State 'dock\credentials.json')) -and -not (Test-Path -LiteralPath (Join-Path $State 'secrets\enrolment.code'))) {
    Write-Host 'It is not enrolled yet: on the server run "evidence-ingest docks invite", then here again with -AskCode.'
}
