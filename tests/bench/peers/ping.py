"""The plainest FastAPI there is: one route that answers with a constant, on the same uvicorn.

python ping.py PORT
"""

import sys

import uvicorn
from fastapi import FastAPI

api = FastAPI()


@api.get("/ping")
async def ping() -> dict[str, str]:
    """Answer."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(api, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
