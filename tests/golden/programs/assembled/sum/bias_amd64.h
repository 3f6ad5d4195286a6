#define BIAS 1
