// Everything, as one program.
#include "norm.cu"
#include "rotate.cu"
#include "gate.cu"
#include "choose.cu"
#include "attend_split.cu"
#include "attend_rows.cu"
#include "attend_float32.cu"
#include "merge.cu"
