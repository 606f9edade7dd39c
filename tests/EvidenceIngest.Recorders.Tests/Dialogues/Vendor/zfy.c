/*
 * A recorder maker's library as its header describes it, in both layouts, with every fault that such a library has been
 * feared to have. It reads what it should do from the file "behaviour" in its working folder, one "key=value" a line, and
 * notes each call in the file "calls". Written from the interface alone; it shares nothing with the helper that calls it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The two layouts of the headers, packed. */
#pragma pack(push, 1)
struct info94 { char cSerial[8], userNo[7], userName[33], unitNo[13], unitName[33]; };
struct info89 { char cSerial[7], userNo[6], userName[32], unitNo[12], unitName[32]; };
#pragma pack(pop)

_Static_assert(sizeof(struct info94) == 94, "94 bytes");
_Static_assert(sizeof(struct info89) == 89, "89 bytes");

static char value[256];

static const char *setting(const char *key, const char *otherwise)
{
    char line[512];
    size_t length = strlen(key);
    FILE *file = fopen("behaviour", "r");
    const char *found = otherwise;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (!strncmp(line, key, length) && line[length] == '=') {
            snprintf(value, sizeof value, "%s", line + length + 1);
            found = value;
        }
    }
    if (file)
        fclose(file);
    return found;
}

static int number(const char *key, int otherwise)
{
    const char *text = setting(key, NULL);
    return text ? atoi(text) : otherwise;
}

/* How often the function was called before; notes this call. */
static int note(const char *function)
{
    char line[256];
    int before = 0;
    FILE *file = fopen("calls", "a+");
    rewind(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        before += !strcmp(line, function);
    }
    fprintf(file, "%s\n", function);
    fclose(file);
    return before;
}

static volatile int *volatile nowhere;

static void misbehave(const char *function)
{
    if (!strcmp(setting("prints", ""), function)) {
        printf("{\"id\":1}\nnot for the protocol\n");
        fflush(stdout);
    }
    if (!strcmp(setting("crashes", ""), function))
        *nowhere = 1;
    if (!strcmp(setting("aborts", ""), function))
        abort();
    if (!strcmp(setting("exits", ""), function))
        _exit(0);
    if (!strcmp(setting("hangs", ""), function))
        for (;;)
            pause();
    if (!strcmp(setting("eats", ""), function))
        for (int i = 0; i < 1024; i++) {
            memset(malloc(1 << 20), 1, 1 << 20);
            usleep(5000);
        }
    if (!strcmp(setting("sleeps", ""), function))
        usleep(number("milliseconds", 500) * 1000);
}

static int password(const char *given, int *iRet)
{
    int right = !strcmp(given, setting("password", "000000"));
    if (!right)
        *iRet = 4;
    return right;
}

int Init_Device(char *IDCode, int *iRet)
{
    int before = note("Init_Device");
    misbehave("Init_Device");
    *iRet = before < number("initFailures", 0) ? 2 : 1;
    if (*iRet == 1)
        strcpy(IDCode, setting("idCode", "ZFY01"));
    return *iRet == 1;
}

int GetIDCode(char *IDCode, int *iRet)
{
    note("GetIDCode");
    misbehave("GetIDCode");
    strcpy(IDCode, setting("idCode", "ZFY01"));
    *iRet = 1;
    return 1;
}

/* Settings hold names in GBK already. */
static void fill(char *member, size_t size, const char *key, const char *otherwise)
{
    const char *text = setting(key, otherwise);
    size_t length = strlen(text);
    memcpy(member, text, length < size ? length : size);
}

int GetZFYInfo(void *info, char *sPwd, int *iRet)
{
    note("GetZFYInfo");
    misbehave("GetZFYInfo");
    if (!password(sPwd, iRet)) {
        if (number("garbageOnRefusal", 0))
            memset(info, 'x', 80);
        return 0;
    }
    if (number("layout", 94) == 94) {
        struct info94 full;
        memset(&full, 0, sizeof full);
        fill(full.cSerial, sizeof full.cSerial, "cSerial", "K712345");
        fill(full.userNo, sizeof full.userNo, "userNo", "000123");
        fill(full.userName, sizeof full.userName, "userName", "\xcd\xf5\xc4\xb3"); /* Wang Mou */
        fill(full.unitNo, sizeof full.unitNo, "unitNo", "110108000001");
        fill(full.unitName, sizeof full.unitName, "unitName", "\xba\xa3\xb5\xed\xb7\xd6\xbe\xd6"); /* Haidian branch */
        memcpy(info, &full, sizeof full);
    } else {
        struct info89 bare;
        memset(&bare, 0, sizeof bare);
        fill(bare.cSerial, sizeof bare.cSerial, "cSerial", "K712345");
        fill(bare.userNo, sizeof bare.userNo, "userNo", "000123");
        fill(bare.userName, sizeof bare.userName, "userName", "\xcd\xf5\xc4\xb3");
        fill(bare.unitNo, sizeof bare.unitNo, "unitNo", "110108000001");
        fill(bare.unitName, sizeof bare.unitName, "unitName", "\xba\xa3\xb5\xed\xb7\xd6\xbe\xd6");
        memcpy(info, &bare, sizeof bare);
    }
    if (number("overrun", 0))
        memset((char *)info + number("layout", 94), 'X', number("overrun", 0));
    if (number("underrun", 0))
        memset((char *)info - number("underrun", 0), 'X', number("underrun", 0));
    *iRet = 1;
    return 1;
}

int WriteZFYInfo(void *info, char *sPwd, int *iRet)
{
    note("WriteZFYInfo");
    if (!password(sPwd, iRet))
        return 0;
    *iRet = memcmp(info, "K999999", 7) ? 2 : 1;
    return *iRet == 1;
}

int SyncDevTime(char *sPwd, int *iRet)
{
    note("SyncDevTime");
    misbehave("SyncDevTime");
    if (password(sPwd, iRet))
        *iRet = 5;
    return *iRet == 5;
}

int SetMSDC(char *sPwd, int *iRet)
{
    note("SetMSDC");
    misbehave("SetMSDC");
    if (password(sPwd, iRet))
        *iRet = number("setMsdc", 7);
    return *iRet == 7;
}

int ReadDeviceResolution(int *width, int *height, char *sPwd, int *iRet)
{
    note("ReadDeviceResolution");
    if (!password(sPwd, iRet))
        return 0;
    *width = 1920;
    *height = 1080;
    *iRet = 1;
    return 1;
}

int ReadDeviceBatteryDumpEnergy(int *percent, char *sPwd, int *iRet)
{
    note("ReadDeviceBatteryDumpEnergy");
    if (!password(sPwd, iRet))
        return 0;
    *percent = number("battery", 87);
    *iRet = 1;
    return 1;
}

/* As the libraries that take a device's index first. */
int SetMSDC_ByIndex(int index, char *sPwd, int *iRet)
{
    note("SetMSDC_ByIndex");
    if (password(sPwd, iRet))
        *iRet = index == number("index", 0) ? 7 : 8;
    return *iRet == 7;
}

/* As the libraries without a result pointer. */
int SetMass(void)
{
    note("SetMass");
    return 3;
}

int Sum8(int a, int b, int c, int d, int e, int f, int g, int h)
{
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}
